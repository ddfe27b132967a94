-- The control database: who exists, who may sign in, and where a number's messages belong.
-- Instants are microseconds since 1970 in UTC. Columns ending in _sealed are encrypted.

CREATE TABLE tenant (
    id BIGINT NOT NULL PRIMARY KEY,
    slug TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT NOT NULL,
    life TEXT NOT NULL CHECK (life IN ('active', 'suspended', 'ended', 'erased')),
    wake_at BIGINT,
    created_at BIGINT NOT NULL
);

CREATE TABLE account (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    email TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE membership (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (id),
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    member_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, tenant_id)
);

CREATE TABLE session (
    token_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (id),
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    member_id TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_by_expiry ON session (expires_at);

CREATE TABLE connection (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    url_key TEXT COLLATE "C" NOT NULL UNIQUE,
    tenant_id BIGINT REFERENCES tenant (id),
    name TEXT NOT NULL,
    app_id TEXT COLLATE "C" NOT NULL,
    verify_token_sealed TEXT NOT NULL,
    access_token_sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE connection_secret (
    connection_id TEXT COLLATE "C" NOT NULL REFERENCES connection (id),
    number BIGINT NOT NULL,
    secret_sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (connection_id, number)
);

CREATE TABLE number_route (
    phone_number_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    waba_id TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL REFERENCES connection (id),
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    channel_id TEXT COLLATE "C" NOT NULL
);

CREATE TABLE quarantine (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    item_key TEXT COLLATE "C" NOT NULL UNIQUE,
    connection_id TEXT COLLATE "C" NOT NULL REFERENCES connection (id),
    reason TEXT NOT NULL,
    raw TEXT NOT NULL,
    received_at BIGINT NOT NULL
);

CREATE TABLE sign_in_failure (
    bucket TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);

CREATE TABLE operator_audit (
    seq BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    prev_hash TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL
);
