-- What members have begun to write, for all their devices.
CREATE TABLE draft (
    tenant_id BIGINT NOT NULL,
    member_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    rev BIGINT NOT NULL,
    text TEXT NOT NULL,
    note BOOLEAN NOT NULL,
    answers_id TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, member_id, conversation_id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
) WITHOUT ROWID;
CREATE INDEX draft_by_conversation ON draft (tenant_id, conversation_id);
CREATE INDEX draft_by_contact ON draft (tenant_id, contact_id);
CREATE INDEX draft_by_age ON draft (tenant_id, at);

-- What members are told of.
CREATE TABLE notice (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    message_id TEXT,
    by_id TEXT,
    at BIGINT NOT NULL,
    read_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id)
) WITHOUT ROWID;
CREATE INDEX notice_by_member ON notice (tenant_id, member_id, id);
CREATE INDEX notice_unread ON notice (tenant_id, member_id, id) WHERE read_at IS NULL;
CREATE INDEX notice_by_age ON notice (tenant_id, at);

CREATE TRIGGER draft_identity_insert BEFORE INSERT ON draft WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER draft_identity_update BEFORE UPDATE OF tenant_id ON draft WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER notice_identity_insert BEFORE INSERT ON notice WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER notice_identity_update BEFORE UPDATE OF tenant_id ON notice WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
