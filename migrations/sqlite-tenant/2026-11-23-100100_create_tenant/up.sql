-- One tenant's file: everything but sign-in. Instants are microseconds since 1970 in UTC.
-- Every table carries tenant_id, and a one-row identity table with triggers makes a misrouted
-- connection fail closed.

CREATE TABLE tenant_identity (
    only BIGINT NOT NULL PRIMARY KEY CHECK (only = 1),
    tenant_id BIGINT NOT NULL
);

CREATE TABLE tenant_log (
    tenant_id BIGINT NOT NULL PRIMARY KEY,
    epoch TEXT NOT NULL,
    head BIGINT NOT NULL,
    audit_seq BIGINT NOT NULL,
    audit_hash TEXT NOT NULL
);

CREATE TABLE settings (
    tenant_id BIGINT NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL,
    tenant_name TEXT NOT NULL,
    mask_phones BOOLEAN NOT NULL
);

CREATE TABLE queue (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    rev BIGINT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX queue_by_name ON queue (tenant_id, name);

CREATE TABLE member (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    rev BIGINT NOT NULL,
    scope_rev BIGINT NOT NULL,
    account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('agent', 'supervisor', 'administrator')),
    active BOOLEAN NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX member_by_account ON member (tenant_id, account_id);

CREATE TABLE member_queue (
    tenant_id BIGINT NOT NULL,
    member_id TEXT NOT NULL,
    queue_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, member_id, queue_id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id),
    FOREIGN KEY (tenant_id, queue_id) REFERENCES queue (tenant_id, id)
);

CREATE TABLE agent_presence (
    tenant_id BIGINT NOT NULL,
    member_id TEXT NOT NULL,
    availability TEXT NOT NULL CHECK (availability IN ('available', 'busy', 'away')),
    connected BOOLEAN NOT NULL,
    incarnation TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, member_id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id)
);

CREATE TABLE channel (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    rev BIGINT NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    colour TEXT NOT NULL,
    queue_id TEXT,
    connection_id TEXT NOT NULL,
    phone_number_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, queue_id) REFERENCES queue (tenant_id, id)
);
CREATE UNIQUE INDEX channel_by_number ON channel (tenant_id, phone_number_id);

CREATE TABLE contact (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    name TEXT,
    phone TEXT,
    wa_id TEXT,
    bsuid TEXT,
    username TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE contact_identity (
    tenant_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('bsuid', 'wa_id', 'phone')),
    value TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, kind, value),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);

CREATE TABLE conversation (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    rev BIGINT NOT NULL,
    contact_id TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('bot', 'queued', 'offered', 'assigned', 'parked', 'closed')),
    queue_id TEXT,
    assignee_id TEXT,
    unread BIGINT NOT NULL CHECK (unread >= 0),
    last_seq BIGINT NOT NULL,
    read_seq BIGINT NOT NULL,
    last_message_id TEXT,
    last_at BIGINT,
    last_preview TEXT,
    last_kind TEXT,
    last_author TEXT,
    last_author_id TEXT,
    last_delivery TEXT,
    waiting_since BIGINT,
    window_until BIGINT,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    close_reason TEXT,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, channel_id) REFERENCES channel (tenant_id, id),
    FOREIGN KEY (tenant_id, queue_id) REFERENCES queue (tenant_id, id),
    FOREIGN KEY (tenant_id, assignee_id) REFERENCES member (tenant_id, id),
    -- Owned by exactly one of bot, queue and agent.
    CHECK ((state IN ('offered', 'assigned', 'parked')) = (assignee_id IS NOT NULL)),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE UNIQUE INDEX conversation_one_open ON conversation (tenant_id, contact_id, channel_id) WHERE state <> 'closed';
CREATE INDEX conversation_latest ON conversation (tenant_id, contact_id, channel_id, opened_at);
CREATE INDEX conversation_open ON conversation (tenant_id, changed_at, id) WHERE state <> 'closed';
CREATE INDEX conversation_by_change ON conversation (tenant_id, changed_at, id);

CREATE TABLE message (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    rev BIGINT NOT NULL,
    conversation_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    written_at BIGINT,
    author_kind TEXT NOT NULL CHECK (author_kind IN ('customer', 'member', 'bot', 'system')),
    author_id TEXT,
    kind TEXT NOT NULL,
    text TEXT,
    happening TEXT,
    raw TEXT,
    wamid TEXT,
    command_key TEXT,
    delivery TEXT,
    delivery_rank BIGINT NOT NULL,
    sent_at BIGINT,
    delivered_at BIGINT,
    read_at BIGINT,
    failure_code BIGINT,
    failure_reason TEXT,
    failure_detail TEXT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE UNIQUE INDEX message_by_place ON message (tenant_id, conversation_id, seq);
CREATE UNIQUE INDEX message_by_wamid ON message (tenant_id, channel_id, wamid) WHERE wamid IS NOT NULL;

CREATE TABLE outbox (
    tenant_id BIGINT NOT NULL,
    message_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    leased_by TEXT,
    lease_until BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, message_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
);
CREATE INDEX outbox_due ON outbox (tenant_id, due_at);
CREATE INDEX outbox_by_contact ON outbox (tenant_id, contact_id, message_id);

CREATE TABLE early_status (
    tenant_id BIGINT NOT NULL,
    channel_id TEXT NOT NULL,
    wamid TEXT NOT NULL,
    state TEXT NOT NULL,
    at BIGINT NOT NULL,
    raw TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, channel_id, wamid, state)
);
CREATE INDEX early_status_by_age ON early_status (tenant_id, received_at);

CREATE TABLE raw_item (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    item_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    channel_id TEXT,
    contact_id TEXT,
    error TEXT,
    raw TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX raw_item_by_key ON raw_item (tenant_id, item_key);

CREATE TABLE command_result (
    tenant_id BIGINT NOT NULL,
    member_id TEXT NOT NULL,
    command_key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    result TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, member_id, command_key)
);
CREATE INDEX command_result_by_age ON command_result (tenant_id, at);

CREATE TABLE live_event (
    tenant_id BIGINT NOT NULL,
    pos BIGINT NOT NULL,
    at BIGINT NOT NULL,
    audience_before TEXT,
    audience_after TEXT,
    payload TEXT NOT NULL,
    contact_id TEXT,
    PRIMARY KEY (tenant_id, pos)
);

CREATE TABLE fact (
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

CREATE TABLE audit (
    tenant_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (tenant_id, seq)
);

CREATE TABLE job (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    leased_by TEXT,
    lease_until BIGINT,
    dead BOOLEAN NOT NULL,
    error TEXT,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX job_due ON job (tenant_id, dead, due_at);

CREATE TABLE search_token (
    tenant_id BIGINT NOT NULL,
    token TEXT NOT NULL,
    message_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, token, message_id)
);

-- The audit log is append-only.
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

-- A row of another tenant cannot enter this file.
CREATE TRIGGER tenant_log_identity_insert BEFORE INSERT ON tenant_log WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER tenant_log_identity_update BEFORE UPDATE ON tenant_log WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER settings_identity_insert BEFORE INSERT ON settings WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER settings_identity_update BEFORE UPDATE ON settings WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER queue_identity_insert BEFORE INSERT ON queue WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER queue_identity_update BEFORE UPDATE ON queue WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER member_identity_insert BEFORE INSERT ON member WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER member_identity_update BEFORE UPDATE ON member WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER member_queue_identity_insert BEFORE INSERT ON member_queue WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER member_queue_identity_update BEFORE UPDATE ON member_queue WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER agent_presence_identity_insert BEFORE INSERT ON agent_presence WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER agent_presence_identity_update BEFORE UPDATE ON agent_presence WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER channel_identity_insert BEFORE INSERT ON channel WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER channel_identity_update BEFORE UPDATE ON channel WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER contact_identity_insert BEFORE INSERT ON contact WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER contact_identity_update BEFORE UPDATE ON contact WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER contact_identity_identity_insert BEFORE INSERT ON contact_identity WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER contact_identity_identity_update BEFORE UPDATE ON contact_identity WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER conversation_identity_insert BEFORE INSERT ON conversation WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER conversation_identity_update BEFORE UPDATE ON conversation WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER message_identity_insert BEFORE INSERT ON message WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER message_identity_update BEFORE UPDATE ON message WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER outbox_identity_insert BEFORE INSERT ON outbox WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER outbox_identity_update BEFORE UPDATE ON outbox WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER early_status_identity_insert BEFORE INSERT ON early_status WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER early_status_identity_update BEFORE UPDATE ON early_status WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER raw_item_identity_insert BEFORE INSERT ON raw_item WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER raw_item_identity_update BEFORE UPDATE ON raw_item WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER command_result_identity_insert BEFORE INSERT ON command_result WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER command_result_identity_update BEFORE UPDATE ON command_result WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER live_event_identity_insert BEFORE INSERT ON live_event WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER live_event_identity_update BEFORE UPDATE ON live_event WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER fact_identity_insert BEFORE INSERT ON fact WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER fact_identity_update BEFORE UPDATE ON fact WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER audit_identity_insert BEFORE INSERT ON audit WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER audit_identity_update BEFORE UPDATE ON audit WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER job_identity_insert BEFORE INSERT ON job WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER job_identity_update BEFORE UPDATE ON job WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER search_token_identity_insert BEFORE INSERT ON search_token WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER search_token_identity_update BEFORE UPDATE ON search_token WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
