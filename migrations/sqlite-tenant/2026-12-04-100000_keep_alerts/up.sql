-- Which thresholds of queues are crossed, and when supervisors were told of it. One that was left keeps its row, so that
-- it is known when it was told of last.
CREATE TABLE alert (
    tenant_id BIGINT NOT NULL,
    queue_id TEXT NOT NULL,
    what TEXT NOT NULL,
    since BIGINT NOT NULL,
    value BIGINT NOT NULL,
    threshold BIGINT NOT NULL,
    ended_at BIGINT,
    told_at BIGINT,
    PRIMARY KEY (tenant_id, queue_id, what),
    FOREIGN KEY (tenant_id, queue_id) REFERENCES queue (tenant_id, id)
) WITHOUT ROWID;

-- A notice is about a conversation or about a queue.
CREATE TABLE notice_new (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    conversation_id TEXT,
    message_id TEXT,
    by_id TEXT,
    at BIGINT NOT NULL,
    read_at BIGINT,
    queue_id TEXT,
    what TEXT,
    value BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, queue_id) REFERENCES queue (tenant_id, id)
) WITHOUT ROWID;
INSERT INTO notice_new (tenant_id, id, member_id, kind, conversation_id, message_id, by_id, at, read_at)
    SELECT tenant_id, id, member_id, kind, conversation_id, message_id, by_id, at, read_at FROM notice;
DROP TABLE notice;
ALTER TABLE notice_new RENAME TO notice;
CREATE INDEX notice_by_member ON notice (tenant_id, member_id, id);
CREATE INDEX notice_unread ON notice (tenant_id, member_id, id) WHERE read_at IS NULL;
CREATE INDEX notice_by_age ON notice (tenant_id, at);

CREATE TRIGGER alert_identity_insert BEFORE INSERT ON alert WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER alert_identity_update BEFORE UPDATE OF tenant_id ON alert WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER notice_identity_insert BEFORE INSERT ON notice WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER notice_identity_update BEFORE UPDATE OF tenant_id ON notice WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
