-- What one connection may fill is bounded, and counted without reading it.
ALTER TABLE quarantine ADD COLUMN bytes BIGINT NOT NULL DEFAULT 0;
UPDATE quarantine SET bytes = length(raw);
CREATE INDEX quarantine_by_connection ON quarantine (connection_id, id, bytes);
CREATE INDEX quarantine_by_age ON quarantine (received_at);
