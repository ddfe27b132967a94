ALTER TABLE settings DROP COLUMN banner;
-- The owner sees every tenant's rows for as long as they are removed.
ALTER TABLE timer NO FORCE ROW LEVEL SECURITY;
DELETE FROM timer WHERE kind = 'banner';
ALTER TABLE timer FORCE ROW LEVEL SECURITY;
