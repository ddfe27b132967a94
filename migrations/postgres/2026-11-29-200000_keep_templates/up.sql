-- Message templates as Meta last told us, and whose a number is: templates belong to the business account.
-- Each part has the time, by Meta's clock, of what we were told of it last.
CREATE TABLE template (
    tenant_id BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    rev BIGINT NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL,
    meta_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
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

ALTER TABLE template ENABLE ROW LEVEL SECURITY;
ALTER TABLE template FORCE ROW LEVEL SECURITY;
CREATE POLICY template_tenant ON template
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));

ALTER TABLE channel ADD COLUMN account_id TEXT COLLATE "C";
