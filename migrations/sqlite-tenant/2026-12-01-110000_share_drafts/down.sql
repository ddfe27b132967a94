DROP TABLE notice;
DROP TABLE draft;
