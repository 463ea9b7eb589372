DROP TABLE IF EXISTS "Cache";
CREATE TABLE "Cache" ("id" INTEGER PRIMARY KEY, "body" TEXT);
INSERT INTO "Cache" VALUES (1, 'one');
CREATE INDEX "Cache_body_idx" ON "Cache"("body");
