DROP INDEX quarantine_by_age;
DROP INDEX quarantine_by_connection;
ALTER TABLE quarantine DROP COLUMN bytes;
ALTER TABLE outbox ADD COLUMN lease_until BIGINT;
DROP INDEX fact_by_age;
DROP INDEX raw_item_by_age;
