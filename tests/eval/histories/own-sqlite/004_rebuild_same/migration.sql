PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Post" ("id" TEXT NOT NULL PRIMARY KEY, "title" TEXT NOT NULL, "authorId" INTEGER, "views" INTEGER NOT NULL DEFAULT 0);
INSERT INTO "new_Post" SELECT "id", "title", "authorId", "views" + 1 FROM "Post";
DROP TABLE "Post";
ALTER TABLE "new_Post" RENAME TO "Post";
CREATE INDEX "Post_authorId_idx" ON "Post"("authorId");
PRAGMA foreign_keys=ON;
