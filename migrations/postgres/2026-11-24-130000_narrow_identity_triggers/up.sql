-- Row-level security does here what triggers do on the embedded engine.
SELECT 1;
