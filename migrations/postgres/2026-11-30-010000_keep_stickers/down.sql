DROP TABLE sticker;
