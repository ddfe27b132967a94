DROP INDEX message_change_by_contact;
DROP INDEX contact_identity_by_contact;
DROP TABLE contact_change;
ALTER TABLE conversation DROP COLUMN answer_to;
ALTER TABLE contact DROP COLUMN blocks;
ALTER TABLE contact DROP COLUMN merged_into;
