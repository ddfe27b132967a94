-- Texts that are written once and sent often: a member's own, a queue's, or everybody's.
CREATE TABLE canned_reply (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    rev BIGINT NOT NULL,
    member_id TEXT,
    queue_id TEXT,
    folder TEXT NOT NULL,
    shortcut TEXT NOT NULL,
    language TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    file TEXT,
    hash TEXT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id),
    FOREIGN KEY (tenant_id, queue_id) REFERENCES queue (tenant_id, id),
    CHECK (member_id IS NULL OR queue_id IS NULL),
    CHECK ((file IS NULL) = (hash IS NULL))
);
CREATE UNIQUE INDEX canned_reply_of_member ON canned_reply (tenant_id, member_id, language, shortcut);
CREATE UNIQUE INDEX canned_reply_of_queue ON canned_reply (tenant_id, queue_id, language, shortcut);
CREATE UNIQUE INDEX canned_reply_of_tenant ON canned_reply (tenant_id, language, shortcut)
    WHERE member_id IS NULL AND queue_id IS NULL;
CREATE INDEX canned_reply_by_hash ON canned_reply (tenant_id, hash) WHERE hash IS NOT NULL;

CREATE TRIGGER canned_reply_identity_insert BEFORE INSERT ON canned_reply WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER canned_reply_identity_update BEFORE UPDATE OF tenant_id ON canned_reply WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
