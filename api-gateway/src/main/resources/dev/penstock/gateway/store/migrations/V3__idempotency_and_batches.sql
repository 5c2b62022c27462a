CREATE TABLE idempotency_keys (
    tenant          TEXT   NOT NULL,
    idempotency_key TEXT   NOT NULL,
    -- Of the request that used the key first.
    fingerprint     TEXT   NOT NULL,
    -- The job or batch that it made.
    resource_id     TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (tenant, idempotency_key)
);

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE batches (
    id           TEXT    NOT NULL PRIMARY KEY,
    tenant       TEXT    NOT NULL,
    total        INTEGER NOT NULL,
    -- Jobs that have not ended; whoever takes it to 0 ends the batch.
    open_jobs    INTEGER NOT NULL,
    submitted_at BIGINT  NOT NULL,
    finished_at  BIGINT
);

CREATE INDEX batches_ended ON batches (finished_at) WHERE finished_at IS NOT NULL;

ALTER TABLE jobs ADD COLUMN batch_id TEXT;
ALTER TABLE jobs ADD COLUMN position INTEGER;
-- The caller's name for a test case, what the program should print, and whether it did.
ALTER TABLE jobs ADD COLUMN test_id TEXT;
ALTER TABLE jobs ADD COLUMN expected_output BYTEA;
ALTER TABLE jobs ADD COLUMN passed INTEGER;

CREATE INDEX jobs_by_batch ON jobs (batch_id, position) WHERE batch_id IS NOT NULL;
