-- Files that members uploaded and have not sent yet; their bytes lie under their hash.
CREATE TABLE upload (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    mime TEXT NOT NULL,
    name TEXT NOT NULL,
    stored TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id)
);
CREATE INDEX upload_by_hash ON upload (tenant_id, hash);
CREATE INDEX upload_by_age ON upload (tenant_id, created_at);
CREATE INDEX upload_by_member ON upload (tenant_id, member_id);

-- What WhatsApp calls files that it took from a number, for as long as it keeps them.
CREATE TABLE sent_file (
    tenant_id BIGINT NOT NULL,
    channel_id TEXT NOT NULL,
    hash TEXT NOT NULL,
    mime TEXT NOT NULL,
    media_id TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, channel_id, hash, mime),
    FOREIGN KEY (tenant_id, channel_id) REFERENCES channel (tenant_id, id)
);
CREATE INDEX sent_file_by_hash ON sent_file (tenant_id, hash);
CREATE INDEX sent_file_by_age ON sent_file (tenant_id, sent_at);

CREATE TRIGGER upload_identity_insert BEFORE INSERT ON upload WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER upload_identity_update BEFORE UPDATE OF tenant_id ON upload WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER sent_file_identity_insert BEFORE INSERT ON sent_file WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER sent_file_identity_update BEFORE UPDATE OF tenant_id ON sent_file WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;

-- As what type a file is sent: what its bytes tell is not always one of WhatsApp's names.
ALTER TABLE file ADD COLUMN sent_as TEXT;

-- While its file is on the way to WhatsApp, a message that is leased was certainly not sent.
ALTER TABLE outbox ADD COLUMN uploading BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX outbox_uploading ON outbox (tenant_id, uploading);
