DROP TABLE IF EXISTS "Cache";
CREATE TABLE "Cache" ("id" INTEGER PRIMARY KEY, "body" TEXT);
CREATE INDEX "Cache_body_idx" ON "Cache"("body");
