-- What WhatsApp tells comes in any order. When it was said decides, not when it came: who answers and what was
-- answered elsewhere (per conversation, only where anything of that was told), what people and groups are called,
-- and who of a group made a change.
ALTER TABLE conversation ADD COLUMN heard TEXT;
ALTER TABLE contact ADD COLUMN named_at BIGINT;
ALTER TABLE message_change ADD COLUMN participant TEXT COLLATE "C";
