-- What supervisors thought of how members answered; one of each supervisor in a conversation.
CREATE TABLE review (
    tenant_id BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    conversation_id TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    reviewer_id TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    scores TEXT NOT NULL,
    comment TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id),
    FOREIGN KEY (tenant_id, reviewer_id) REFERENCES member (tenant_id, id)
);
CREATE UNIQUE INDEX review_once ON review (tenant_id, conversation_id, reviewer_id);
CREATE INDEX review_by_age ON review (tenant_id, at);
CREATE INDEX review_by_member ON review (tenant_id, member_id, at);
CREATE INDEX review_by_contact ON review (tenant_id, contact_id);

ALTER TABLE review ENABLE ROW LEVEL SECURITY;
ALTER TABLE review FORCE ROW LEVEL SECURITY;
CREATE POLICY review_tenant ON review
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
