ALTER TABLE quarantine DROP COLUMN contact_id;
DROP INDEX raw_item_by_contact;
DROP INDEX early_status_by_contact;
ALTER TABLE early_status DROP COLUMN contact_id;
