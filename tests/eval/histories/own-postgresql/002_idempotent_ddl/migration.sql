CREATE TABLE IF NOT EXISTS "Setting" ("key" TEXT PRIMARY KEY, "value" TEXT);
ALTER TABLE "User" ADD COLUMN IF NOT EXISTS "nick" TEXT;
CREATE INDEX IF NOT EXISTS "User_nick_idx" ON "User"("nick");
DROP INDEX IF EXISTS "no_such_index";
ALTER TABLE IF EXISTS "nobody" ADD COLUMN "x" TEXT;
CREATE OR REPLACE VIEW "open_posts" AS SELECT "id", "title" FROM "Post" WHERE "status" = 'open';
