-- When a business is open, by the clock on the wall of one place.
CREATE TABLE calendar (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    rev BIGINT NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    hours TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX calendar_by_name ON calendar (tenant_id, name);

CREATE TRIGGER calendar_identity_insert BEFORE INSERT ON calendar WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER calendar_identity_update BEFORE UPDATE OF tenant_id ON calendar WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
