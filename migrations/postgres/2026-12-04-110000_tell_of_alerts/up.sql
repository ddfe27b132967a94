-- Where the alerts of a tenant are posted to, and what became of it last.
CREATE TABLE alert_webhook (
    tenant_id BIGINT NOT NULL,
    url TEXT NOT NULL,
    secret_sealed TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    last_at BIGINT,
    last_status BIGINT,
    last_problem TEXT,
    gave_up BOOLEAN NOT NULL,
    PRIMARY KEY (tenant_id)
);

ALTER TABLE alert_webhook ENABLE ROW LEVEL SECURITY;
ALTER TABLE alert_webhook FORCE ROW LEVEL SECURITY;
CREATE POLICY alert_webhook_tenant ON alert_webhook
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
