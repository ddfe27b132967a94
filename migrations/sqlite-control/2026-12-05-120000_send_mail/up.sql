-- Mail that is to be sent or was: written in the transaction of what it tells of, sent by one task.
-- A mail without next_at is done with: sent, or given up after a day.
CREATE TABLE mail (
    id TEXT NOT NULL PRIMARY KEY,
    recipient TEXT NOT NULL,
    template TEXT NOT NULL,
    data TEXT NOT NULL,
    language TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    next_at BIGINT,
    sent_at BIGINT,
    last_error TEXT
);
CREATE INDEX mail_by_due ON mail (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX mail_by_age ON mail (created_at);
