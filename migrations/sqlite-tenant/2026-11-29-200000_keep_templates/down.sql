ALTER TABLE channel DROP COLUMN account_id;

DROP TABLE template;
