-- Ids are compared for their place in time, by bytes and not by a language's rules. SQLite does so anyway.
ALTER TABLE jobs ALTER COLUMN id TYPE TEXT COLLATE "C";
ALTER TABLE job_labels ALTER COLUMN job_id TYPE TEXT COLLATE "C";
