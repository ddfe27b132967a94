-- When customers are told that their messages were read, and up to where each was told already.
ALTER TABLE settings ADD COLUMN read_receipts TEXT NOT NULL DEFAULT 'on_reply' CHECK (read_receipts IN ('on_open', 'on_reply', 'never'));
ALTER TABLE conversation ADD COLUMN told_read_seq BIGINT NOT NULL DEFAULT 0;
