ALTER TABLE contact DROP COLUMN marketing_at;
ALTER TABLE contact DROP COLUMN no_marketing;
