ALTER TABLE batches ADD COLUMN labels TEXT NOT NULL DEFAULT '{}';

CREATE INDEX batches_by_tenant ON batches (tenant, id);

-- A resource that is erased takes the record of its key along.
CREATE INDEX idempotency_keys_by_resource ON idempotency_keys (resource_id);
