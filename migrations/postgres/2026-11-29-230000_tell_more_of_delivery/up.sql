-- When a voice message was played and what WhatsApp charges a message as, as JSON: what is told and not asked for.
ALTER TABLE message ADD COLUMN delivery_more TEXT;
