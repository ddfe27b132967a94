-- What is known of each number at Meta: facts as JSON, and by Meta's clock when each kind of news was told last.
CREATE TABLE channel_health (
    tenant_id BIGINT NOT NULL,
    channel_id TEXT NOT NULL,
    rev BIGINT NOT NULL,
    facts TEXT NOT NULL,
    told TEXT NOT NULL,
    PRIMARY KEY (tenant_id, channel_id),
    FOREIGN KEY (tenant_id, channel_id) REFERENCES channel (tenant_id, id)
);

CREATE TRIGGER channel_health_identity_insert BEFORE INSERT ON channel_health WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER channel_health_identity_update BEFORE UPDATE OF tenant_id ON channel_health WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
