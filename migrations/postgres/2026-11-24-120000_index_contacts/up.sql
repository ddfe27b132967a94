-- What a contact is found by: words of its names, its number, its number read backwards.
CREATE TABLE contact_token (
    tenant_id BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('name', 'phone', 'phone_end')),
    token TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, kind, token, contact_id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX contact_token_by_contact ON contact_token (tenant_id, contact_id);

ALTER TABLE contact_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_token FORCE ROW LEVEL SECURITY;
CREATE POLICY contact_token_tenant ON contact_token
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
