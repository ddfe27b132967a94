DROP INDEX quarantine_by_age;
DROP INDEX quarantine_by_connection;
ALTER TABLE quarantine DROP COLUMN bytes;
