CREATE TEMP TABLE "moving" AS SELECT "id" FROM "User";
UPDATE "User" SET "ok" = true WHERE "id" IN (SELECT "id" FROM "moving");
DROP TABLE "moving";
ALTER TABLE "User" ADD COLUMN "moved" INTEGER;
