-- What a message contains besides words, what it answers, and what was done to it since.
ALTER TABLE message ADD COLUMN content TEXT;
ALTER TABLE message ADD COLUMN context TEXT;
ALTER TABLE message ADD COLUMN quoted_wamid TEXT;
ALTER TABLE message ADD COLUMN reactions TEXT;
ALTER TABLE message ADD COLUMN edited_at BIGINT;
CREATE INDEX message_quoting ON message (tenant_id, channel_id, quoted_wamid) WHERE quoted_wamid IS NOT NULL;

-- Reactions, edits and deletions, each once, also of messages that have not arrived yet.
CREATE TABLE message_change (
    tenant_id BIGINT NOT NULL,
    channel_id TEXT NOT NULL,
    wamid TEXT NOT NULL,
    target_wamid TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('reaction', 'edit', 'revoke')),
    content TEXT,
    written_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, channel_id, wamid),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX message_change_by_target ON message_change (tenant_id, channel_id, target_wamid);

CREATE TRIGGER message_change_identity_insert BEFORE INSERT ON message_change WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER message_change_identity_update BEFORE UPDATE OF tenant_id ON message_change WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;

-- A session that began before its member was locked out opens nothing, also when the member is let in again.
ALTER TABLE member ADD COLUMN locked_out_at BIGINT;

-- The outbox is looked through in the order in which messages were written.
CREATE INDEX outbox_in_order ON outbox (tenant_id, created_at, message_id);
