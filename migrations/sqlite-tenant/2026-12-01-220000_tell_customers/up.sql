-- What a customer was told by itself since the conversation opened, and which queues it went through; since when it
-- waits where it waits, and why sooner than others.
ALTER TABLE waiting ADD COLUMN came_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE waiting ADD COLUMN because TEXT;
UPDATE waiting SET came_at = since;

CREATE TABLE visit (
    tenant_id BIGINT NOT NULL,
    conversation_id TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    away_at BIGINT,
    told BIGINT NOT NULL,
    full_told BOOLEAN NOT NULL,
    been TEXT NOT NULL,
    PRIMARY KEY (tenant_id, conversation_id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id)
) WITHOUT ROWID;

CREATE TRIGGER visit_identity_insert BEFORE INSERT ON visit WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER visit_identity_update BEFORE UPDATE OF tenant_id ON visit WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
