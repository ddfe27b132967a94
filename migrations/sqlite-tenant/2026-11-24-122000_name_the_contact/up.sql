-- Every row with personal data about a customer says whose it is, as far as it can be known.
ALTER TABLE early_status ADD COLUMN contact_id TEXT;
CREATE INDEX early_status_by_contact ON early_status (tenant_id, contact_id);
CREATE INDEX raw_item_by_contact ON raw_item (tenant_id, contact_id);
