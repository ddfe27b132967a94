-- What a customer was told by itself since the conversation opened, and which queues it went through; since when it
-- waits where it waits, and why sooner than others.
ALTER TABLE waiting ADD COLUMN came_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE waiting ADD COLUMN because TEXT;
-- The owner sees every tenant's rows for as long as they are changed.
ALTER TABLE waiting NO FORCE ROW LEVEL SECURITY;
UPDATE waiting SET came_at = since;
ALTER TABLE waiting FORCE ROW LEVEL SECURITY;

CREATE TABLE visit (
    tenant_id BIGINT NOT NULL,
    conversation_id TEXT COLLATE "C" NOT NULL,
    opened_at BIGINT NOT NULL,
    away_at BIGINT,
    told BIGINT NOT NULL,
    full_told BOOLEAN NOT NULL,
    been TEXT NOT NULL,
    PRIMARY KEY (tenant_id, conversation_id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id)
);

ALTER TABLE visit ENABLE ROW LEVEL SECURITY;
ALTER TABLE visit FORCE ROW LEVEL SECURITY;
CREATE POLICY visit_tenant ON visit
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
