DROP TABLE visit;
ALTER TABLE waiting DROP COLUMN because;
ALTER TABLE waiting DROP COLUMN came_at;
