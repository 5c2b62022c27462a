-- As of jobs: an index of another collation is of no use to a join, so each read of a job looked through all results.
ALTER TABLE results ALTER COLUMN job_id TYPE TEXT COLLATE "C";
ALTER TABLE outbox ALTER COLUMN job_id TYPE TEXT COLLATE "C";
