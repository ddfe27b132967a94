-- Groups are talked to like people: a contact that is one has its id, and the parent account of a person is one
-- more thing they are known by.
ALTER TABLE contact ADD COLUMN group_id TEXT;

CREATE TABLE new_contact_identity (
    tenant_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('bsuid', 'parent_bsuid', 'wa_id', 'phone', 'group')),
    value TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, kind, value),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
INSERT INTO new_contact_identity (tenant_id, kind, value, contact_id, created_at)
    SELECT tenant_id, kind, value, contact_id, created_at FROM contact_identity;
DROP TABLE contact_identity;
ALTER TABLE new_contact_identity RENAME TO contact_identity;
CREATE TRIGGER contact_identity_identity_insert BEFORE INSERT ON contact_identity WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER contact_identity_identity_update BEFORE UPDATE OF tenant_id ON contact_identity WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;

-- Changes that the business made itself, in WhatsApp's app on a phone.
ALTER TABLE message_change ADD COLUMN ours BOOLEAN NOT NULL DEFAULT FALSE;

-- Messages a second that a number may send, as WhatsApp last told.
ALTER TABLE channel ADD COLUMN rate BIGINT NOT NULL DEFAULT 80;

-- Messages that WhatsApp took and of whose arrival it has not told, with the time when waiting ends.
CREATE TABLE awaited (
    tenant_id BIGINT NOT NULL,
    message_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, message_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
);
CREATE INDEX awaited_by_end ON awaited (tenant_id, until);

-- How far a message to a group got with each of its people.
CREATE TABLE group_receipt (
    tenant_id BIGINT NOT NULL,
    message_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    participant TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (tenant_id, message_id, participant),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
);

-- What broke something is listed, newest first; of all items it is next to none.
CREATE INDEX raw_item_broken ON raw_item (tenant_id, received_at, id) WHERE error IS NOT NULL;

-- What was written before a number was connected, until it is put in its order.
CREATE TABLE past_message (
    tenant_id BIGINT NOT NULL,
    channel_id TEXT NOT NULL,
    wamid TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    written_at BIGINT NOT NULL,
    content TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, channel_id, wamid),
    FOREIGN KEY (tenant_id, channel_id) REFERENCES channel (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX past_message_in_order ON past_message (tenant_id, channel_id, contact_id, written_at, wamid);
CREATE INDEX past_message_by_arrival ON past_message (tenant_id, received_at);
CREATE INDEX past_message_by_contact ON past_message (tenant_id, contact_id);

CREATE TRIGGER awaited_identity_insert BEFORE INSERT ON awaited WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER awaited_identity_update BEFORE UPDATE OF tenant_id ON awaited WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER group_receipt_identity_insert BEFORE INSERT ON group_receipt WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER group_receipt_identity_update BEFORE UPDATE OF tenant_id ON group_receipt WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER past_message_identity_insert BEFORE INSERT ON past_message WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
CREATE TRIGGER past_message_identity_update BEFORE UPDATE OF tenant_id ON past_message WHEN NEW.tenant_id IS NOT (SELECT tenant_id FROM tenant_identity) BEGIN SELECT RAISE(ABORT, 'wrong tenant'); END;
