DROP TABLE contact_token;
