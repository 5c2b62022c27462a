-- Read alike by SQLite and PostgreSQL. Times are milliseconds since 1970 (UTC).

CREATE TABLE jobs (
    id               TEXT     NOT NULL PRIMARY KEY,
    tenant           TEXT     NOT NULL,
    language         TEXT     NOT NULL,
    status           TEXT     NOT NULL,
    attempt          INTEGER  NOT NULL,
    requeues         INTEGER  NOT NULL,
    -- Progress applies only when (resends, deliveries, phase) grows.
    resends          INTEGER  NOT NULL,
    deliveries       BIGINT   NOT NULL,
    phase            INTEGER  NOT NULL,
    submitted_at     BIGINT   NOT NULL,
    deadline         BIGINT   NOT NULL,
    started_at       BIGINT,
    finished_at      BIGINT,
    verdict          TEXT,
    error_code       TEXT,
    error_message    TEXT,
    -- Results that came after the first one.
    repeated_results INTEGER  NOT NULL
);

-- The deadline sweep looks at open jobs only.
CREATE INDEX jobs_open ON jobs (deadline) WHERE finished_at IS NULL;

-- Jobs that the broker has not confirmed yet; the body is kept no longer than that.
CREATE TABLE outbox (
    job_id    TEXT   NOT NULL PRIMARY KEY,
    body      BYTEA  NOT NULL,
    stored_at BIGINT NOT NULL
);

CREATE TABLE results (
    job_id TEXT  NOT NULL PRIMARY KEY,
    body   BYTEA NOT NULL
);

-- One row: what the workers announced last.
CREATE TABLE runtimes (
    id           INTEGER NOT NULL PRIMARY KEY,
    body         BYTEA   NOT NULL,
    announced_at BIGINT  NOT NULL
);
