DROP TABLE alert_webhook;
DELETE FROM job WHERE kind = 'alert_webhook';
