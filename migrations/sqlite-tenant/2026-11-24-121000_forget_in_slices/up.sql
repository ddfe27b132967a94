-- What is forgotten by age is found by age.
CREATE INDEX raw_item_by_age ON raw_item (tenant_id, received_at);
CREATE INDEX fact_by_age ON fact (tenant_id, at);

-- Nobody read it: a lease ends with its worker, not with time.
ALTER TABLE outbox DROP COLUMN lease_until;
