-- Two contacts turn out to be one person, or one to be two; each such change with what it moved, so that it can
-- be taken back. Who may not write to us any more, per number. And where a conversation is answered, when that is
-- not the address its contact wrote from last.
ALTER TABLE contact ADD COLUMN merged_into TEXT COLLATE "C";
ALTER TABLE contact ADD COLUMN blocks TEXT;
ALTER TABLE conversation ADD COLUMN answer_to TEXT;

CREATE TABLE contact_change (
    tenant_id BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('merge', 'split')),
    at BIGINT NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    other_id TEXT COLLATE "C" NOT NULL,
    moved TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, other_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id)
);
CREATE INDEX contact_change_by_contact ON contact_change (tenant_id, contact_id, id);
CREATE INDEX contact_change_by_other ON contact_change (tenant_id, other_id, id);

ALTER TABLE contact_change ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_change FORCE ROW LEVEL SECURITY;
CREATE POLICY contact_change_tenant ON contact_change
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));

-- What moves from one contact to another is found by the contact.
CREATE INDEX contact_identity_by_contact ON contact_identity (tenant_id, contact_id);
CREATE INDEX message_change_by_contact ON message_change (tenant_id, contact_id);
