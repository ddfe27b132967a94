-- Which thresholds of queues are crossed, and when supervisors were told of it. One that was left keeps its row, so that
-- it is known when it was told of last.
CREATE TABLE alert (
    tenant_id BIGINT NOT NULL,
    queue_id TEXT COLLATE "C" NOT NULL,
    what TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    value BIGINT NOT NULL,
    threshold BIGINT NOT NULL,
    ended_at BIGINT,
    told_at BIGINT,
    PRIMARY KEY (tenant_id, queue_id, what),
    FOREIGN KEY (tenant_id, queue_id) REFERENCES queue (tenant_id, id)
);

-- A notice is about a conversation or about a queue.
ALTER TABLE notice ALTER COLUMN conversation_id DROP NOT NULL;
ALTER TABLE notice ADD COLUMN queue_id TEXT COLLATE "C";
ALTER TABLE notice ADD COLUMN what TEXT;
ALTER TABLE notice ADD COLUMN value BIGINT;
ALTER TABLE notice ADD FOREIGN KEY (tenant_id, queue_id) REFERENCES queue (tenant_id, id);

ALTER TABLE alert ENABLE ROW LEVEL SECURITY;
ALTER TABLE alert FORCE ROW LEVEL SECURITY;
CREATE POLICY alert_tenant ON alert
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
