ALTER TABLE conversation DROP COLUMN told_read_seq;
ALTER TABLE settings DROP COLUMN read_receipts;
