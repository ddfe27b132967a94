-- Words by which members sort contacts and conversations.
CREATE TABLE label (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    colour TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX label_by_name ON label (tenant_id, name);

-- Which contacts have which.
CREATE TABLE contact_label (
    tenant_id BIGINT NOT NULL,
    contact_id TEXT NOT NULL,
    label_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, label_id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, label_id) REFERENCES label (tenant_id, id)
) WITHOUT ROWID;
CREATE INDEX contact_label_by_label ON contact_label (tenant_id, label_id, contact_id);

-- Which conversations have which.
CREATE TABLE conversation_label (
    tenant_id BIGINT NOT NULL,
    conversation_id TEXT NOT NULL,
    label_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, conversation_id, label_id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, label_id) REFERENCES label (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
) WITHOUT ROWID;
CREATE INDEX conversation_label_by_label ON conversation_label (tenant_id, label_id, conversation_id);
CREATE INDEX conversation_label_by_contact ON conversation_label (tenant_id, contact_id);

-- What else a business wants to know of its customers.
CREATE TABLE contact_field (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    key TEXT NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('text', 'number', 'date', 'choice')),
    choices TEXT NOT NULL,
    personal BOOLEAN NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX contact_field_by_key ON contact_field (tenant_id, key);

-- What it knows of them.
CREATE TABLE contact_value (
    tenant_id BIGINT NOT NULL,
    contact_id TEXT NOT NULL,
    field_id TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, field_id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, field_id) REFERENCES contact_field (tenant_id, id)
) WITHOUT ROWID;
CREATE INDEX contact_value_by_field ON contact_value (tenant_id, field_id);

-- What members note of customers.
CREATE TABLE contact_note (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    text TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id)
) WITHOUT ROWID;
CREATE INDEX contact_note_by_contact ON contact_note (tenant_id, contact_id, id);

-- Lists of contacts nobody has written with, and searches for who wrote and what has a file.
CREATE INDEX contact_by_age ON contact (tenant_id, created_at, id);
CREATE INDEX message_by_author ON message (tenant_id, author_id, conversation_id) WHERE author_id IS NOT NULL;
CREATE INDEX message_with_file ON message (tenant_id, kind, conversation_id) WHERE kind IN ('image', 'audio', 'video', 'document');

CREATE TRIGGER label_identity_insert BEFORE INSERT ON label WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER label_identity_update BEFORE UPDATE OF tenant_id ON label WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER contact_label_identity_insert BEFORE INSERT ON contact_label WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER contact_label_identity_update BEFORE UPDATE OF tenant_id ON contact_label WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER conversation_label_identity_insert BEFORE INSERT ON conversation_label WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER conversation_label_identity_update BEFORE UPDATE OF tenant_id ON conversation_label WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER contact_field_identity_insert BEFORE INSERT ON contact_field WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER contact_field_identity_update BEFORE UPDATE OF tenant_id ON contact_field WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER contact_value_identity_insert BEFORE INSERT ON contact_value WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER contact_value_identity_update BEFORE UPDATE OF tenant_id ON contact_value WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER contact_note_identity_insert BEFORE INSERT ON contact_note WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER contact_note_identity_update BEFORE UPDATE OF tenant_id ON contact_note WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
