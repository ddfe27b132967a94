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
) WITHOUT ROWID;

CREATE TRIGGER alert_webhook_identity_insert BEFORE INSERT ON alert_webhook WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER alert_webhook_identity_update BEFORE UPDATE OF tenant_id ON alert_webhook WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
