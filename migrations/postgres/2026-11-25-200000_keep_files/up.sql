-- The file of a message: where WhatsApp has it, how far we got, and what was found in its bytes, which lie
-- under their hash in the store of files.
CREATE TABLE file (
    tenant_id BIGINT NOT NULL,
    message_id TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    media_id TEXT COLLATE "C" NOT NULL,
    claimed_sha256 TEXT,
    state TEXT NOT NULL CHECK (state IN ('loading', 'ready', 'failed')),
    failure TEXT,
    stored TEXT,
    hash TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, message_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    CHECK ((state = 'ready') = (hash IS NOT NULL)),
    CHECK ((state = 'failed') = (failure IS NOT NULL))
);
CREATE INDEX file_by_hash ON file (tenant_id, hash) WHERE hash IS NOT NULL;
CREATE INDEX file_by_contact ON file (tenant_id, contact_id);

ALTER TABLE file ENABLE ROW LEVEL SECURITY;
ALTER TABLE file FORCE ROW LEVEL SECURITY;
CREATE POLICY file_tenant ON file
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));

-- One worker serves a tenant: what another had leased is free again, whatever the time.
ALTER TABLE job DROP COLUMN lease_until;
