DROP INDEX outbox_uploading;
ALTER TABLE outbox DROP COLUMN uploading;
ALTER TABLE file DROP COLUMN sent_as;
DROP TABLE sent_file;
DROP TABLE upload;
