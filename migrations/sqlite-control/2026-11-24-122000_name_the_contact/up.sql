-- Every row with personal data about a customer says whose it is, as far as it can be known.
ALTER TABLE quarantine ADD COLUMN contact_id TEXT;
