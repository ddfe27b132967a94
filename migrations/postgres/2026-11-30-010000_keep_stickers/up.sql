-- Stickers that everybody here can send; their bytes lie under their hash.
CREATE TABLE sticker (
    tenant_id BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    stored TEXT NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX sticker_by_hash ON sticker (tenant_id, hash);

ALTER TABLE sticker ENABLE ROW LEVEL SECURITY;
ALTER TABLE sticker FORCE ROW LEVEL SECURITY;
CREATE POLICY sticker_tenant ON sticker
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
