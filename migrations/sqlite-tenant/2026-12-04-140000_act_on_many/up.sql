-- What was done to many conversations at once, and what each was before, as long as it can be taken back.
CREATE TABLE bulk (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    action TEXT NOT NULL,
    items TEXT NOT NULL,
    undone BOOLEAN NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id)
);
CREATE INDEX bulk_by_age ON bulk (tenant_id, at);

CREATE TRIGGER bulk_identity_insert BEFORE INSERT ON bulk WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER bulk_identity_update BEFORE UPDATE OF tenant_id ON bulk WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
