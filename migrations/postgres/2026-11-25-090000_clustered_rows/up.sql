-- What every message adds to: a word is kept once per conversation, and an open conversation moves in one
-- order only.
DROP INDEX conversation_by_change;
CREATE INDEX conversation_closed ON conversation (tenant_id, changed_at, id) WHERE state = 'closed';

-- The owner is held to the policies as well, and here it works on every tenant's rows.
ALTER TABLE search_token NO FORCE ROW LEVEL SECURITY;
ALTER TABLE search_token DROP CONSTRAINT search_token_pkey;
DELETE FROM search_token WHERE ctid IN (
    SELECT numbered.ctid FROM (
        SELECT ctid, row_number() OVER (PARTITION BY tenant_id, token, conversation_id ORDER BY message_id) AS n
        FROM search_token
    ) AS numbered WHERE numbered.n > 1
);
ALTER TABLE search_token DROP COLUMN message_id;
ALTER TABLE search_token ADD PRIMARY KEY (tenant_id, token, conversation_id);
ALTER TABLE search_token FORCE ROW LEVEL SECURITY;
