-- Whether WhatsApp takes messages from a number now, as far as the worker that sends them knows.
ALTER TABLE channel ADD COLUMN paused BOOLEAN NOT NULL DEFAULT FALSE;
