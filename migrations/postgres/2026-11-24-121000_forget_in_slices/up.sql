-- What is forgotten by age is found by age.
CREATE INDEX raw_item_by_age ON raw_item (tenant_id, received_at);
CREATE INDEX fact_by_age ON fact (tenant_id, at);

-- Nobody read it: a lease ends with its worker, not with time.
ALTER TABLE outbox DROP COLUMN lease_until;

-- What one connection may fill is bounded, and counted without reading it.
ALTER TABLE quarantine ADD COLUMN bytes BIGINT NOT NULL DEFAULT 0;
UPDATE quarantine SET bytes = length(raw);
CREATE INDEX quarantine_by_connection ON quarantine (connection_id, id, bytes);
CREATE INDEX quarantine_by_age ON quarantine (received_at);
