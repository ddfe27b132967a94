-- The file of a message: where WhatsApp has it, how far we got, and what was found in its bytes, which lie
-- under their hash in the store of files.
CREATE TABLE file (
    tenant_id BIGINT NOT NULL,
    message_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    media_id TEXT NOT NULL,
    claimed_sha256 TEXT,
    state TEXT NOT NULL CHECK (state IN ('loading', 'ready', 'failed')),
    failure TEXT,
    stored TEXT,
    hash TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, message_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    CHECK ((state = 'ready') = (hash IS NOT NULL)),
    CHECK ((state = 'failed') = (failure IS NOT NULL))
);
CREATE INDEX file_by_hash ON file (tenant_id, hash) WHERE hash IS NOT NULL;
CREATE INDEX file_by_contact ON file (tenant_id, contact_id);

CREATE TRIGGER file_identity_insert BEFORE INSERT ON file WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER file_identity_update BEFORE UPDATE OF tenant_id ON file WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;

-- One worker serves a tenant: what another had leased is free again, whatever the time.
ALTER TABLE job DROP COLUMN lease_until;
