-- What a contact is found by: words of its names, its number, its number read backwards.
CREATE TABLE contact_token (
    tenant_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('name', 'phone', 'phone_end')),
    token TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, kind, token, contact_id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX contact_token_by_contact ON contact_token (tenant_id, contact_id);

CREATE TRIGGER contact_token_identity_insert BEFORE INSERT ON contact_token WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER contact_token_identity_update BEFORE UPDATE ON contact_token WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
