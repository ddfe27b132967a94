DROP INDEX outbox_in_order;

ALTER TABLE member DROP COLUMN locked_out_at;

DROP TABLE message_change;
DROP INDEX message_quoting;
ALTER TABLE message DROP COLUMN edited_at;
ALTER TABLE message DROP COLUMN reactions;
ALTER TABLE message DROP COLUMN quoted_wamid;
ALTER TABLE message DROP COLUMN context;
ALTER TABLE message DROP COLUMN content;
