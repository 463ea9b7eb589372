CREATE TABLE IF NOT EXISTS "Counter" ("id" INTEGER PRIMARY KEY, "n" INTEGER NOT NULL DEFAULT 0);
UPDATE "Post" SET "views" = "views" + 1;
CREATE INDEX IF NOT EXISTS "Post_views_idx" ON "Post"("views");
