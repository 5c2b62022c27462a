-- What was set for one tenant; without a row, or where a value is null, the gateway's own settings count.
CREATE TABLE tenants (
    tenant        TEXT   NOT NULL PRIMARY KEY,
    -- Such as 100/10s, or none.
    rate_limit    TEXT,
    max_open_jobs BIGINT
);

-- How many jobs of each tenant have not ended: changed in the transactions that insert and end them.
CREATE TABLE open_jobs (
    tenant TEXT   NOT NULL PRIMARY KEY,
    jobs   BIGINT NOT NULL
);

INSERT INTO open_jobs (tenant, jobs) SELECT tenant, COUNT(*) FROM jobs WHERE finished_at IS NULL GROUP BY tenant;

-- Grows from job to job: the difference of two tells how many were submitted in between.
ALTER TABLE jobs ADD COLUMN number BIGINT NOT NULL DEFAULT 0;

-- Bounded by the pool's slots, so counting these is cheap.
CREATE INDEX jobs_running ON jobs (tenant) WHERE status = 'running';

-- Runs that ended in a short time, and how few jobs waited meanwhile: where some always did, that is the service rate.
CREATE TABLE service (
    starts_at    BIGINT NOT NULL PRIMARY KEY,
    served       BIGINT NOT NULL,
    least_queued BIGINT
);
