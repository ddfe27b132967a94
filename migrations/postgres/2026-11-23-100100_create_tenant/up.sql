-- Everything of a tenant but sign-in. Instants are microseconds since 1970 in UTC.
-- Every table carries tenant_id; row-level security, forced also for the owner, shows and takes only
-- rows of the tenant named by app.tenant_id in the current transaction.

CREATE TABLE tenant_log (
    tenant_id BIGINT NOT NULL PRIMARY KEY,
    epoch TEXT NOT NULL,
    head BIGINT NOT NULL,
    audit_seq BIGINT NOT NULL,
    audit_hash TEXT COLLATE "C" NOT NULL
);

CREATE TABLE settings (
    tenant_id BIGINT NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL,
    tenant_name TEXT NOT NULL,
    mask_phones BOOLEAN NOT NULL
);

CREATE TABLE queue (
    tenant_id BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    rev BIGINT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX queue_by_name ON queue (tenant_id, name);

CREATE TABLE member (
    tenant_id BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    rev BIGINT NOT NULL,
    scope_rev BIGINT NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('agent', 'supervisor', 'administrator')),
    active BOOLEAN NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX member_by_account ON member (tenant_id, account_id);

CREATE TABLE member_queue (
    tenant_id BIGINT NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    queue_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, member_id, queue_id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id),
    FOREIGN KEY (tenant_id, queue_id) REFERENCES queue (tenant_id, id)
);

CREATE TABLE agent_presence (
    tenant_id BIGINT NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    availability TEXT NOT NULL CHECK (availability IN ('available', 'busy', 'away')),
    connected BOOLEAN NOT NULL,
    incarnation TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, member_id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id)
);

CREATE TABLE channel (
    tenant_id BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    rev BIGINT NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    colour TEXT NOT NULL,
    queue_id TEXT COLLATE "C",
    connection_id TEXT COLLATE "C" NOT NULL,
    phone_number_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, queue_id) REFERENCES queue (tenant_id, id)
);
CREATE UNIQUE INDEX channel_by_number ON channel (tenant_id, phone_number_id);

CREATE TABLE contact (
    tenant_id BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    name TEXT,
    phone TEXT,
    wa_id TEXT COLLATE "C",
    bsuid TEXT,
    username TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE contact_identity (
    tenant_id BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('bsuid', 'wa_id', 'phone')),
    value TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, kind, value),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);

CREATE TABLE conversation (
    tenant_id BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    rev BIGINT NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    channel_id TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('bot', 'queued', 'offered', 'assigned', 'parked', 'closed')),
    queue_id TEXT COLLATE "C",
    assignee_id TEXT COLLATE "C",
    unread BIGINT NOT NULL CHECK (unread >= 0),
    last_seq BIGINT NOT NULL,
    read_seq BIGINT NOT NULL,
    last_message_id TEXT COLLATE "C",
    last_at BIGINT,
    last_preview TEXT,
    last_kind TEXT,
    last_author TEXT,
    last_author_id TEXT COLLATE "C",
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
    id TEXT COLLATE "C" NOT NULL,
    rev BIGINT NOT NULL,
    conversation_id TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    channel_id TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    written_at BIGINT,
    author_kind TEXT NOT NULL CHECK (author_kind IN ('customer', 'member', 'bot', 'system')),
    author_id TEXT COLLATE "C",
    kind TEXT COLLATE "C" NOT NULL,
    text TEXT,
    happening TEXT,
    raw TEXT,
    wamid TEXT COLLATE "C",
    command_key TEXT COLLATE "C",
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
    message_id TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    channel_id TEXT COLLATE "C" NOT NULL,
    conversation_id TEXT COLLATE "C" NOT NULL,
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
    channel_id TEXT COLLATE "C" NOT NULL,
    wamid TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    raw TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, channel_id, wamid, state)
);
CREATE INDEX early_status_by_age ON early_status (tenant_id, received_at);

CREATE TABLE raw_item (
    tenant_id BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    item_key TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    channel_id TEXT COLLATE "C",
    contact_id TEXT COLLATE "C",
    error TEXT,
    raw TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX raw_item_by_key ON raw_item (tenant_id, item_key);

CREATE TABLE command_result (
    tenant_id BIGINT NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    command_key TEXT COLLATE "C" NOT NULL,
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
    contact_id TEXT COLLATE "C",
    PRIMARY KEY (tenant_id, pos)
);

CREATE TABLE fact (
    tenant_id BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    what TEXT NOT NULL,
    at BIGINT NOT NULL,
    written_at BIGINT,
    conversation_id TEXT COLLATE "C",
    queue_id TEXT COLLATE "C",
    member_id TEXT COLLATE "C",
    channel_id TEXT COLLATE "C",
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
    prev_hash TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, seq)
);

CREATE TABLE job (
    tenant_id BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
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
    token TEXT COLLATE "C" NOT NULL,
    message_id TEXT COLLATE "C" NOT NULL,
    conversation_id TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, token, message_id)
);

-- The audit log is append-only, whoever asks.
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();

ALTER TABLE tenant_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant_log FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_log_tenant ON tenant_log
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
ALTER TABLE settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE settings FORCE ROW LEVEL SECURITY;
CREATE POLICY settings_tenant ON settings
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
ALTER TABLE queue ENABLE ROW LEVEL SECURITY;
ALTER TABLE queue FORCE ROW LEVEL SECURITY;
CREATE POLICY queue_tenant ON queue
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
ALTER TABLE member ENABLE ROW LEVEL SECURITY;
ALTER TABLE member FORCE ROW LEVEL SECURITY;
CREATE POLICY member_tenant ON member
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
ALTER TABLE member_queue ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_queue FORCE ROW LEVEL SECURITY;
CREATE POLICY member_queue_tenant ON member_queue
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
ALTER TABLE agent_presence ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent_presence FORCE ROW LEVEL SECURITY;
CREATE POLICY agent_presence_tenant ON agent_presence
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
ALTER TABLE channel ENABLE ROW LEVEL SECURITY;
ALTER TABLE channel FORCE ROW LEVEL SECURITY;
CREATE POLICY channel_tenant ON channel
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
ALTER TABLE contact ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact FORCE ROW LEVEL SECURITY;
CREATE POLICY contact_tenant ON contact
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
ALTER TABLE contact_identity ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_identity FORCE ROW LEVEL SECURITY;
CREATE POLICY contact_identity_tenant ON contact_identity
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
ALTER TABLE conversation ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversation FORCE ROW LEVEL SECURITY;
CREATE POLICY conversation_tenant ON conversation
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
ALTER TABLE message ENABLE ROW LEVEL SECURITY;
ALTER TABLE message FORCE ROW LEVEL SECURITY;
CREATE POLICY message_tenant ON message
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
CREATE POLICY outbox_tenant ON outbox
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
ALTER TABLE early_status ENABLE ROW LEVEL SECURITY;
ALTER TABLE early_status FORCE ROW LEVEL SECURITY;
CREATE POLICY early_status_tenant ON early_status
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
ALTER TABLE raw_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE raw_item FORCE ROW LEVEL SECURITY;
CREATE POLICY raw_item_tenant ON raw_item
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
ALTER TABLE command_result ENABLE ROW LEVEL SECURITY;
ALTER TABLE command_result FORCE ROW LEVEL SECURITY;
CREATE POLICY command_result_tenant ON command_result
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
ALTER TABLE live_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE live_event FORCE ROW LEVEL SECURITY;
CREATE POLICY live_event_tenant ON live_event
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
ALTER TABLE fact ENABLE ROW LEVEL SECURITY;
ALTER TABLE fact FORCE ROW LEVEL SECURITY;
CREATE POLICY fact_tenant ON fact
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_tenant ON audit
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
ALTER TABLE job ENABLE ROW LEVEL SECURITY;
ALTER TABLE job FORCE ROW LEVEL SECURITY;
CREATE POLICY job_tenant ON job
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
ALTER TABLE search_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE search_token FORCE ROW LEVEL SECURITY;
CREATE POLICY search_token_tenant ON search_token
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
