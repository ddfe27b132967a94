DROP INDEX conversation_closed;
CREATE INDEX conversation_by_change ON conversation (tenant_id, changed_at, id);

ALTER TABLE search_token NO FORCE ROW LEVEL SECURITY;
ALTER TABLE search_token DROP CONSTRAINT search_token_pkey;
-- Which message had the word is not known any more: its conversation stands for it.
ALTER TABLE search_token ADD COLUMN message_id TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE search_token SET message_id = conversation_id;
ALTER TABLE search_token ALTER COLUMN message_id DROP DEFAULT;
ALTER TABLE search_token ADD PRIMARY KEY (tenant_id, token, message_id);
ALTER TABLE search_token FORCE ROW LEVEL SECURITY;
