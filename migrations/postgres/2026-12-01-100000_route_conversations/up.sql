-- How conversations find their agents: what a queue wants, what a member can, what waits and since when, who held
-- what and why, and what happens by itself at a time.
ALTER TABLE queue ADD COLUMN rules TEXT NOT NULL DEFAULT '{"mode":"manual"}';
ALTER TABLE settings ADD COLUMN routing TEXT NOT NULL DEFAULT '{}';
ALTER TABLE member_queue ADD COLUMN level BIGINT NOT NULL DEFAULT 1;
ALTER TABLE agent_presence ADD COLUMN reason TEXT;
ALTER TABLE agent_presence ADD COLUMN wrap_until BIGINT;
ALTER TABLE conversation ADD COLUMN offer_until BIGINT;

CREATE TABLE member_skill (
    tenant_id BIGINT NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    skill TEXT COLLATE "C" NOT NULL,
    score BIGINT NOT NULL CHECK (score BETWEEN 1 AND 10),
    PRIMARY KEY (tenant_id, member_id, skill),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id)
);

CREATE TABLE agent_load (
    tenant_id BIGINT NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    capacity BIGINT NOT NULL CHECK (capacity >= 0),
    used BIGINT NOT NULL CHECK (used >= 0),
    forced BIGINT NOT NULL CHECK (forced >= 0),
    given_at BIGINT,
    misses BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, member_id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id),
    CHECK (used <= capacity + forced)
);

CREATE TABLE assignment (
    tenant_id BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    conversation_id TEXT COLLATE "C" NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    queue_id TEXT COLLATE "C",
    kind TEXT NOT NULL CHECK (kind IN ('taken', 'routed', 'offered', 'pulled', 'given', 'forced')),
    weight BIGINT NOT NULL CHECK (weight >= 0),
    counted BOOLEAN NOT NULL,
    begun_at BIGINT NOT NULL,
    accepted_at BIGINT,
    ended_at BIGINT,
    ending TEXT,
    why TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id),
    FOREIGN KEY (tenant_id, queue_id) REFERENCES queue (tenant_id, id),
    CHECK ((ended_at IS NULL) = (ending IS NULL))
);

CREATE TABLE waiting (
    tenant_id BIGINT NOT NULL,
    conversation_id TEXT COLLATE "C" NOT NULL,
    queue_id TEXT COLLATE "C" NOT NULL,
    waits BOOLEAN NOT NULL,
    since BIGINT NOT NULL,
    priority BIGINT NOT NULL,
    rank_at BIGINT NOT NULL,
    skills TEXT NOT NULL,
    ring BIGINT NOT NULL,
    need TEXT COLLATE "C" NOT NULL,
    passed TEXT NOT NULL,
    sticky_id TEXT COLLATE "C",
    sticky_until BIGINT,
    PRIMARY KEY (tenant_id, conversation_id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, queue_id) REFERENCES queue (tenant_id, id)
);

CREATE TABLE timer (
    tenant_id BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    due_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, kind, subject)
);
CREATE UNIQUE INDEX assignment_one_open ON assignment (tenant_id, conversation_id) WHERE ended_at IS NULL;
CREATE INDEX assignment_by_conversation ON assignment (tenant_id, conversation_id, id);
CREATE INDEX assignment_by_member ON assignment (tenant_id, member_id, id) WHERE ended_at IS NULL;
CREATE INDEX waiting_by_rank ON waiting (tenant_id, queue_id, need, rank_at, conversation_id) WHERE waits;
CREATE INDEX timer_by_time ON timer (tenant_id, due_at);

-- The owner sees every tenant's rows for as long as they are copied.
ALTER TABLE member NO FORCE ROW LEVEL SECURITY;
ALTER TABLE conversation NO FORCE ROW LEVEL SECURITY;
-- Left behind by a version that offered and was rolled back.
UPDATE conversation SET state = 'assigned' WHERE state IN ('offered', 'parked');
-- Who works here can hold five. What is held already was taken where agents take for themselves, and counts nothing.
INSERT INTO agent_load (tenant_id, member_id, capacity, used, forced, given_at, misses)
    SELECT tenant_id, id, 5, 0, 0, NULL, 0 FROM member;
INSERT INTO assignment (tenant_id, id, conversation_id, member_id, queue_id, kind, weight, counted, begun_at, accepted_at, ended_at, ending, why)
    SELECT tenant_id, 'asg_' || substr(id, 5), id, assignee_id, queue_id, 'taken', 0, TRUE, changed_at, changed_at, NULL, NULL, '{}'
    FROM conversation WHERE assignee_id IS NOT NULL;
INSERT INTO waiting (tenant_id, conversation_id, queue_id, waits, since, priority, rank_at, skills, ring, need, passed, sticky_id, sticky_until)
    SELECT tenant_id, id, queue_id, state = 'queued', coalesce(waiting_since, opened_at), 0, coalesce(waiting_since, opened_at), '[]', 0, '1', '[]', NULL, NULL
    FROM conversation WHERE queue_id IS NOT NULL AND state <> 'closed';
ALTER TABLE member FORCE ROW LEVEL SECURITY;
ALTER TABLE conversation FORCE ROW LEVEL SECURITY;

ALTER TABLE member_skill ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_skill FORCE ROW LEVEL SECURITY;
CREATE POLICY member_skill_tenant ON member_skill
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));

ALTER TABLE agent_load ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent_load FORCE ROW LEVEL SECURITY;
CREATE POLICY agent_load_tenant ON agent_load
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));

ALTER TABLE assignment ENABLE ROW LEVEL SECURITY;
ALTER TABLE assignment FORCE ROW LEVEL SECURITY;
CREATE POLICY assignment_tenant ON assignment
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));

ALTER TABLE waiting ENABLE ROW LEVEL SECURITY;
ALTER TABLE waiting FORCE ROW LEVEL SECURITY;
CREATE POLICY waiting_tenant ON waiting
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));

ALTER TABLE timer ENABLE ROW LEVEL SECURITY;
ALTER TABLE timer FORCE ROW LEVEL SECURITY;
CREATE POLICY timer_tenant ON timer
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
