-- What members have begun to write, for all their devices.
CREATE TABLE draft (
    tenant_id BIGINT NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    conversation_id TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    rev BIGINT NOT NULL,
    text TEXT NOT NULL,
    note BOOLEAN NOT NULL,
    answers_id TEXT COLLATE "C",
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, member_id, conversation_id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX draft_by_conversation ON draft (tenant_id, conversation_id);
CREATE INDEX draft_by_contact ON draft (tenant_id, contact_id);
CREATE INDEX draft_by_age ON draft (tenant_id, at);

-- What members are told of.
CREATE TABLE notice (
    tenant_id BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    kind TEXT NOT NULL,
    conversation_id TEXT COLLATE "C" NOT NULL,
    message_id TEXT COLLATE "C",
    by_id TEXT COLLATE "C",
    at BIGINT NOT NULL,
    read_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id)
);
CREATE INDEX notice_by_member ON notice (tenant_id, member_id, id);
CREATE INDEX notice_unread ON notice (tenant_id, member_id, id) WHERE read_at IS NULL;
CREATE INDEX notice_by_age ON notice (tenant_id, at);

ALTER TABLE draft ENABLE ROW LEVEL SECURITY;
ALTER TABLE draft FORCE ROW LEVEL SECURITY;
CREATE POLICY draft_tenant ON draft
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));

ALTER TABLE notice ENABLE ROW LEVEL SECURITY;
ALTER TABLE notice FORCE ROW LEVEL SECURITY;
CREATE POLICY notice_tenant ON notice
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
