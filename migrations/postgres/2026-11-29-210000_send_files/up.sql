-- Files that members uploaded and have not sent yet; their bytes lie under their hash.
CREATE TABLE upload (
    tenant_id BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    mime TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    stored TEXT NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
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
    channel_id TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    mime TEXT COLLATE "C" NOT NULL,
    media_id TEXT COLLATE "C" NOT NULL,
    sent_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, channel_id, hash, mime),
    FOREIGN KEY (tenant_id, channel_id) REFERENCES channel (tenant_id, id)
);
CREATE INDEX sent_file_by_hash ON sent_file (tenant_id, hash);
CREATE INDEX sent_file_by_age ON sent_file (tenant_id, sent_at);

ALTER TABLE upload ENABLE ROW LEVEL SECURITY;
ALTER TABLE upload FORCE ROW LEVEL SECURITY;
CREATE POLICY upload_tenant ON upload
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));

ALTER TABLE sent_file ENABLE ROW LEVEL SECURITY;
ALTER TABLE sent_file FORCE ROW LEVEL SECURITY;
CREATE POLICY sent_file_tenant ON sent_file
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));

-- As what type a file is sent: what its bytes tell is not always one of WhatsApp's names.
ALTER TABLE file ADD COLUMN sent_as TEXT;

-- While its file is on the way to WhatsApp, a message that is leased was certainly not sent.
ALTER TABLE outbox ADD COLUMN uploading BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX outbox_uploading ON outbox (tenant_id, uploading);
