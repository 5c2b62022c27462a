-- Grows with each visible change of a job; events of a stream are numbered by it.
ALTER TABLE jobs ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
-- A JSON object of texts; the table below is for finding.
ALTER TABLE jobs ADD COLUMN labels TEXT NOT NULL DEFAULT '{}';

CREATE TABLE job_labels (
    tenant TEXT NOT NULL,
    name   TEXT NOT NULL,
    value  TEXT NOT NULL,
    job_id TEXT NOT NULL,
    PRIMARY KEY (tenant, name, value, job_id)
);

CREATE INDEX job_labels_by_job ON job_labels (job_id);

-- Ids grow with time, so these give lists their order too.
CREATE INDEX jobs_by_tenant ON jobs (tenant, id);
CREATE INDEX jobs_by_status ON jobs (tenant, status, id);

CREATE INDEX jobs_ended ON jobs (finished_at) WHERE finished_at IS NOT NULL;
