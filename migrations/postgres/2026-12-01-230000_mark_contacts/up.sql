-- Which customers are important, and what they speak.
ALTER TABLE contact ADD COLUMN vip BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE contact ADD COLUMN language TEXT;
