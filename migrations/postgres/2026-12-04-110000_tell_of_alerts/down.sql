DROP TABLE alert_webhook;
-- The owner sees every tenant's rows for as long as they are removed.
ALTER TABLE job NO FORCE ROW LEVEL SECURITY;
DELETE FROM job WHERE kind = 'alert_webhook';
ALTER TABLE job FORCE ROW LEVEL SECURITY;
