ALTER TABLE message_change DROP COLUMN participant;
ALTER TABLE contact DROP COLUMN named_at;
ALTER TABLE conversation DROP COLUMN heard;
