-- What was done to many conversations at once, and what each was before, as long as it can be taken back.
CREATE TABLE bulk (
    tenant_id BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    action TEXT NOT NULL,
    items TEXT NOT NULL,
    undone BOOLEAN NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id)
);
CREATE INDEX bulk_by_age ON bulk (tenant_id, at);

ALTER TABLE bulk ENABLE ROW LEVEL SECURITY;
ALTER TABLE bulk FORCE ROW LEVEL SECURITY;
CREATE POLICY bulk_tenant ON bulk
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
