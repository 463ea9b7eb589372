CREATE TABLE "we""ird; name" ("sel ect" TEXT DEFAULT 'it''s; -- not a comment', "Ünïcode" TEXT);
ALTER TABLE "we""ird; name" ADD COLUMN plain TEXT;
ALTER TABLE "we""ird; name" RENAME COLUMN PLAIN TO "Plain";
CREATE INDEX a_very_long_index_name_that_goes_past_the_sixty_three_bytes_postgresql_keeps ON "we""ird; name" ("Plain");
ALTER TABLE "we""ird; name" ADD CONSTRAINT another_very_long_name_that_goes_past_the_sixty_three_bytes_it_keeps UNIQUE ("Plain");
