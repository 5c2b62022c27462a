-- So that a list by label and status finds what it asks for without looking at all jobs of the label.
ALTER TABLE job_labels ADD COLUMN status TEXT NOT NULL DEFAULT 'queued';

UPDATE job_labels SET status = (SELECT jobs.status FROM jobs WHERE jobs.id = job_labels.job_id)
WHERE EXISTS (SELECT 1 FROM jobs WHERE jobs.id = job_labels.job_id);

CREATE INDEX job_labels_by_status ON job_labels (tenant, name, value, status, job_id);
