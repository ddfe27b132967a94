-- Message templates as Meta last told us, and whose a number is: templates belong to the business account.
-- Each part has the time, by Meta's clock, of what we were told of it last.
CREATE TABLE template (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    rev BIGINT NOT NULL,
    account_id TEXT NOT NULL,
    meta_id TEXT NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    category TEXT NOT NULL,
    category_at BIGINT NOT NULL,
    coming TEXT,
    coming_at BIGINT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    status_at BIGINT NOT NULL,
    quality TEXT,
    quality_at BIGINT NOT NULL,
    parts TEXT NOT NULL,
    parts_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, account_id, meta_id)
);
CREATE INDEX template_by_name ON template (tenant_id, account_id, name, language);

CREATE TRIGGER template_identity_insert BEFORE INSERT ON template WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER template_identity_update BEFORE UPDATE OF tenant_id ON template WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;

ALTER TABLE channel ADD COLUMN account_id TEXT;
