-- Stickers that everybody here can send; their bytes lie under their hash.
CREATE TABLE sticker (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    stored TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX sticker_by_hash ON sticker (tenant_id, hash);

CREATE TRIGGER sticker_identity_insert BEFORE INSERT ON sticker WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER sticker_identity_update BEFORE UPDATE OF tenant_id ON sticker WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
