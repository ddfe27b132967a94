-- Where the tenant's days begin and end.
ALTER TABLE settings ADD COLUMN zone TEXT NOT NULL DEFAULT 'UTC';
