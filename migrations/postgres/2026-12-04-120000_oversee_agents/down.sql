DROP INDEX contact_with_blocks;
ALTER TABLE settings DROP COLUMN reviews;
ALTER TABLE settings DROP COLUMN agents_block;
