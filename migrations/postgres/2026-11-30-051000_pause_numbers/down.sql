ALTER TABLE channel DROP COLUMN paused;
