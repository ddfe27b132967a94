-- Words by which members sort contacts and conversations.
CREATE TABLE label (
    tenant_id BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    colour TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX label_by_name ON label (tenant_id, name);

-- Which contacts have which.
CREATE TABLE contact_label (
    tenant_id BIGINT NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    label_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, label_id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, label_id) REFERENCES label (tenant_id, id)
);
CREATE INDEX contact_label_by_label ON contact_label (tenant_id, label_id, contact_id);

-- Which conversations have which.
CREATE TABLE conversation_label (
    tenant_id BIGINT NOT NULL,
    conversation_id TEXT COLLATE "C" NOT NULL,
    label_id TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, conversation_id, label_id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, label_id) REFERENCES label (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX conversation_label_by_label ON conversation_label (tenant_id, label_id, conversation_id);
CREATE INDEX conversation_label_by_contact ON conversation_label (tenant_id, contact_id);

-- What else a business wants to know of its customers.
CREATE TABLE contact_field (
    tenant_id BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('text', 'number', 'date', 'choice')),
    choices TEXT NOT NULL,
    personal BOOLEAN NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX contact_field_by_key ON contact_field (tenant_id, key);

-- What it knows of them.
CREATE TABLE contact_value (
    tenant_id BIGINT NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    field_id TEXT COLLATE "C" NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, field_id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, field_id) REFERENCES contact_field (tenant_id, id)
);
CREATE INDEX contact_value_by_field ON contact_value (tenant_id, field_id);

-- What members note of customers.
CREATE TABLE contact_note (
    tenant_id BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    text TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id)
);
CREATE INDEX contact_note_by_contact ON contact_note (tenant_id, contact_id, id);

-- Lists of contacts nobody has written with, and searches for who wrote and what has a file.
CREATE INDEX contact_by_age ON contact (tenant_id, created_at, id);
CREATE INDEX message_by_author ON message (tenant_id, author_id, conversation_id) WHERE author_id IS NOT NULL;
CREATE INDEX message_with_file ON message (tenant_id, kind, conversation_id) WHERE kind IN ('image', 'audio', 'video', 'document');

ALTER TABLE label ENABLE ROW LEVEL SECURITY;
ALTER TABLE label FORCE ROW LEVEL SECURITY;
CREATE POLICY label_tenant ON label
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));

ALTER TABLE contact_label ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_label FORCE ROW LEVEL SECURITY;
CREATE POLICY contact_label_tenant ON contact_label
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));

ALTER TABLE conversation_label ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversation_label FORCE ROW LEVEL SECURITY;
CREATE POLICY conversation_label_tenant ON conversation_label
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));

ALTER TABLE contact_field ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_field FORCE ROW LEVEL SECURITY;
CREATE POLICY contact_field_tenant ON contact_field
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));

ALTER TABLE contact_value ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_value FORCE ROW LEVEL SECURITY;
CREATE POLICY contact_value_tenant ON contact_value
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));

ALTER TABLE contact_note ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_note FORCE ROW LEVEL SECURITY;
CREATE POLICY contact_note_tenant ON contact_note
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
