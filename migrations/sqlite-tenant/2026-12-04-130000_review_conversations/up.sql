-- What supervisors thought of how members answered; one of each supervisor in a conversation.
CREATE TABLE review (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    reviewer_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    scores TEXT NOT NULL,
    comment TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id),
    FOREIGN KEY (tenant_id, reviewer_id) REFERENCES member (tenant_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX review_once ON review (tenant_id, conversation_id, reviewer_id);
CREATE INDEX review_by_age ON review (tenant_id, at);
CREATE INDEX review_by_member ON review (tenant_id, member_id, at);
CREATE INDEX review_by_contact ON review (tenant_id, contact_id);

CREATE TRIGGER review_identity_insert BEFORE INSERT ON review WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER review_identity_update BEFORE UPDATE OF tenant_id ON review WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
