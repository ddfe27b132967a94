-- Groups are talked to like people: a contact that is one has its id, and the parent account of a person is one
-- more thing they are known by.
ALTER TABLE contact ADD COLUMN group_id TEXT;
ALTER TABLE contact_identity DROP CONSTRAINT contact_identity_kind_check;
ALTER TABLE contact_identity ADD CONSTRAINT contact_identity_kind_check
    CHECK (kind IN ('bsuid', 'parent_bsuid', 'wa_id', 'phone', 'group'));

-- Changes that the business made itself, in WhatsApp's app on a phone.
ALTER TABLE message_change ADD COLUMN ours BOOLEAN NOT NULL DEFAULT FALSE;

-- Messages a second that a number may send, as WhatsApp last told.
ALTER TABLE channel ADD COLUMN rate BIGINT NOT NULL DEFAULT 80;

-- Messages that WhatsApp took and of whose arrival it has not told, with the time when waiting ends.
CREATE TABLE awaited (
    tenant_id BIGINT NOT NULL,
    message_id TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, message_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
);
CREATE INDEX awaited_by_end ON awaited (tenant_id, until);

-- How far a message to a group got with each of its people.
CREATE TABLE group_receipt (
    tenant_id BIGINT NOT NULL,
    message_id TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    participant TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, message_id, participant),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
);

-- What broke something is listed, newest first; of all items it is next to none.
CREATE INDEX raw_item_broken ON raw_item (tenant_id, received_at, id) WHERE error IS NOT NULL;

-- What was written before a number was connected, until it is put in its order.
CREATE TABLE past_message (
    tenant_id BIGINT NOT NULL,
    channel_id TEXT COLLATE "C" NOT NULL,
    wamid TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
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

ALTER TABLE awaited ENABLE ROW LEVEL SECURITY;
ALTER TABLE awaited FORCE ROW LEVEL SECURITY;
CREATE POLICY awaited_tenant ON awaited
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));

ALTER TABLE group_receipt ENABLE ROW LEVEL SECURITY;
ALTER TABLE group_receipt FORCE ROW LEVEL SECURITY;
CREATE POLICY group_receipt_tenant ON group_receipt
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));

ALTER TABLE past_message ENABLE ROW LEVEL SECURITY;
ALTER TABLE past_message FORCE ROW LEVEL SECURITY;
CREATE POLICY past_message_tenant ON past_message
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint));
