-- Where to tell of the end of a job or batch. The secrets are encrypted.
CREATE TABLE webhooks (
    owner_id TEXT  NOT NULL PRIMARY KEY,
    tenant   TEXT  NOT NULL,
    url      TEXT  NOT NULL,
    secrets  BYTEA NOT NULL
);

-- Made in the transaction that ends the job or batch.
CREATE TABLE deliveries (
    id         TEXT    NOT NULL PRIMARY KEY,
    owner_id   TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    -- Of all rounds; a replay starts a new round of tries.
    attempts   INTEGER NOT NULL,
    tries      INTEGER NOT NULL,
    -- When the next attempt is to be made, while the state is pending.
    due_at     BIGINT  NOT NULL,
    created_at BIGINT  NOT NULL
);

CREATE INDEX deliveries_by_owner ON deliveries (owner_id);
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE state = 'pending';

CREATE TABLE delivery_attempts (
    delivery_id TEXT    NOT NULL,
    attempt     INTEGER NOT NULL,
    at          BIGINT  NOT NULL,
    duration_ms BIGINT  NOT NULL,
    http_status INTEGER,
    error       TEXT,
    PRIMARY KEY (delivery_id, attempt)
);
