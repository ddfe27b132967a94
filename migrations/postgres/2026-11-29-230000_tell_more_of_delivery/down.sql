ALTER TABLE message DROP COLUMN delivery_more;
