-- What is known of each number at Meta: facts as JSON, and by Meta's clock when each kind of news was told last.
CREATE TABLE channel_health (
    tenant_id BIGINT NOT NULL,
    channel_id TEXT COLLATE "C" NOT NULL,
    rev BIGINT NOT NULL,
    facts TEXT NOT NULL,
    told TEXT NOT NULL,
    PRIMARY KEY (tenant_id, channel_id),
    FOREIGN KEY (tenant_id, channel_id) REFERENCES channel (tenant_id, id)
);

ALTER TABLE channel_health ENABLE ROW LEVEL SECURITY;
ALTER TABLE channel_health FORCE ROW LEVEL SECURITY;
CREATE POLICY channel_health_tenant ON channel_health
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
