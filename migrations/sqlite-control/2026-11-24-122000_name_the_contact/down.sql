ALTER TABLE quarantine DROP COLUMN contact_id;
