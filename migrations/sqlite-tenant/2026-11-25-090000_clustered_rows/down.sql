DROP INDEX conversation_closed;
CREATE INDEX conversation_by_change ON conversation (tenant_id, changed_at, id);

CREATE TABLE old_live_event (
    tenant_id BIGINT NOT NULL,
    pos BIGINT NOT NULL,
    at BIGINT NOT NULL,
    audience_before TEXT,
    audience_after TEXT,
    payload TEXT NOT NULL,
    contact_id TEXT,
    PRIMARY KEY (tenant_id, pos)
);
INSERT INTO old_live_event (tenant_id, pos, at, audience_before, audience_after, payload, contact_id)
    SELECT tenant_id, pos, at, audience_before, audience_after, payload, contact_id FROM live_event ORDER BY pos;
DROP TABLE live_event;
ALTER TABLE old_live_event RENAME TO live_event;
CREATE TRIGGER live_event_identity_insert BEFORE INSERT ON live_event WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER live_event_identity_update BEFORE UPDATE OF tenant_id ON live_event WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;

CREATE TABLE old_search_token (
    tenant_id BIGINT NOT NULL,
    token TEXT NOT NULL,
    message_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, token, message_id)
);
-- Which message had the word is not known any more: its conversation stands for it.
INSERT INTO old_search_token (tenant_id, token, message_id, conversation_id, contact_id)
    SELECT tenant_id, token, conversation_id, conversation_id, contact_id FROM search_token;
DROP TABLE search_token;
ALTER TABLE old_search_token RENAME TO search_token;
CREATE TRIGGER search_token_identity_insert BEFORE INSERT ON search_token WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER search_token_identity_update BEFORE UPDATE OF tenant_id ON search_token WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;

CREATE TABLE old_fact (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    what TEXT NOT NULL,
    at BIGINT NOT NULL,
    written_at BIGINT,
    conversation_id TEXT,
    queue_id TEXT,
    member_id TEXT,
    channel_id TEXT,
    author_kind TEXT,
    calendar_version BIGINT,
    PRIMARY KEY (tenant_id, id)
);
INSERT INTO old_fact (tenant_id, id, what, at, written_at, conversation_id, queue_id, member_id, channel_id, author_kind, calendar_version)
    SELECT tenant_id, id, what, at, written_at, conversation_id, queue_id, member_id, channel_id, author_kind, calendar_version FROM fact;
DROP TABLE fact;
ALTER TABLE old_fact RENAME TO fact;
CREATE INDEX fact_by_age ON fact (tenant_id, at);
CREATE TRIGGER fact_identity_insert BEFORE INSERT ON fact WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER fact_identity_update BEFORE UPDATE OF tenant_id ON fact WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
