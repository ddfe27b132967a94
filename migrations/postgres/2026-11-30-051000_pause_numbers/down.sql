DROP INDEX outbox_in_line;
ALTER TABLE channel DROP COLUMN paused;
