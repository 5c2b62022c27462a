-- Test cases travel with their job and are judged by the worker; "passed" tells whether all of them passed.
ALTER TABLE jobs DROP COLUMN test_id;
ALTER TABLE jobs DROP COLUMN expected_output;
