-- Searches that are kept under a name: a member's own, or everybody's.
CREATE TABLE saved_view (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    member_id TEXT,
    place BIGINT NOT NULL,
    name TEXT NOT NULL,
    search TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id)
);
CREATE INDEX saved_view_by_owner ON saved_view (tenant_id, member_id, place);

CREATE TRIGGER saved_view_identity_insert BEFORE INSERT ON saved_view WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER saved_view_identity_update BEFORE UPDATE OF tenant_id ON saved_view WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
