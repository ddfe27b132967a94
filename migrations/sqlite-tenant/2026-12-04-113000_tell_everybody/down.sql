ALTER TABLE settings DROP COLUMN banner;
DELETE FROM timer WHERE kind = 'banner';
