-- Whether a customer wants no offers, and since when by Meta's clock.
ALTER TABLE contact ADD COLUMN no_marketing BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE contact ADD COLUMN marketing_at BIGINT;
