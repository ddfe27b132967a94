-- Two contacts turn out to be one person, or one to be two; each such change with what it moved, so that it can
-- be taken back. Who may not write to us any more, per number. And where a conversation is answered, when that is
-- not the address its contact wrote from last.
ALTER TABLE contact ADD COLUMN merged_into TEXT;
ALTER TABLE contact ADD COLUMN blocks TEXT;
ALTER TABLE conversation ADD COLUMN answer_to TEXT;

CREATE TABLE contact_change (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('merge', 'split')),
    at BIGINT NOT NULL,
    member_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    other_id TEXT NOT NULL,
    moved TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, other_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id)
);
CREATE INDEX contact_change_by_contact ON contact_change (tenant_id, contact_id, id);
CREATE INDEX contact_change_by_other ON contact_change (tenant_id, other_id, id);

CREATE TRIGGER contact_change_identity_insert BEFORE INSERT ON contact_change WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER contact_change_identity_update BEFORE UPDATE OF tenant_id ON contact_change WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;

-- What moves from one contact to another is found by the contact.
CREATE INDEX contact_identity_by_contact ON contact_identity (tenant_id, contact_id);
CREATE INDEX message_change_by_contact ON message_change (tenant_id, contact_id);
