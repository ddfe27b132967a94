-- Whether agents may block customers, how conversations are reviewed, and finding who is blocked.
ALTER TABLE settings ADD COLUMN agents_block BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE settings ADD COLUMN reviews TEXT NOT NULL DEFAULT '{}';
CREATE INDEX contact_with_blocks ON contact (tenant_id, id) WHERE blocks IS NOT NULL;
