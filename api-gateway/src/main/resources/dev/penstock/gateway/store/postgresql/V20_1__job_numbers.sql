-- Counting up a row would have all writers wait for each other. SQLite has one writer, and numbers rows by itself.
CREATE SEQUENCE job_numbers;
