-- What a supervisor tells everybody, as JSON; none mostly.
ALTER TABLE settings ADD COLUMN banner TEXT;
