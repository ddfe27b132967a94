DROP INDEX raw_item_broken;
DROP TABLE past_message;
DROP TABLE group_receipt;
DROP TABLE awaited;
ALTER TABLE channel DROP COLUMN rate;
ALTER TABLE message_change DROP COLUMN ours;
CREATE TABLE old_contact_identity (
    tenant_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('bsuid', 'wa_id', 'phone')),
    value TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, kind, value),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
INSERT INTO old_contact_identity (tenant_id, kind, value, contact_id, created_at)
    SELECT tenant_id, kind, value, contact_id, created_at FROM contact_identity WHERE kind IN ('bsuid', 'wa_id', 'phone');
DROP TABLE contact_identity;
ALTER TABLE old_contact_identity RENAME TO contact_identity;
CREATE TRIGGER contact_identity_identity_insert BEFORE INSERT ON contact_identity WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER contact_identity_identity_update BEFORE UPDATE OF tenant_id ON contact_identity WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
ALTER TABLE contact DROP COLUMN group_id;
