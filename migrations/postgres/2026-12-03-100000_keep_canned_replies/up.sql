-- Texts that are written once and sent often: a member's own, a queue's, or everybody's.
CREATE TABLE canned_reply (
    tenant_id BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    rev BIGINT NOT NULL,
    member_id TEXT COLLATE "C",
    queue_id TEXT COLLATE "C",
    folder TEXT NOT NULL,
    shortcut TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    file TEXT,
    hash TEXT COLLATE "C",
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

ALTER TABLE canned_reply ENABLE ROW LEVEL SECURITY;
ALTER TABLE canned_reply FORCE ROW LEVEL SECURITY;
CREATE POLICY canned_reply_tenant ON canned_reply
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
