-- Whether WhatsApp takes messages from a number now, as far as the worker that sends them knows.
ALTER TABLE channel ADD COLUMN paused BOOLEAN NOT NULL DEFAULT FALSE;

-- Whether a row is the first in line of its contact on its number.
CREATE INDEX outbox_in_line ON outbox (tenant_id, channel_id, contact_id, created_at, message_id);
