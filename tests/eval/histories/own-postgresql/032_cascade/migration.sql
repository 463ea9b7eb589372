ALTER TABLE "Setting" ADD COLUMN "extra" TEXT;
CREATE INDEX "Setting_extra_idx" ON "Setting"("extra");
CREATE VIEW "extras" AS SELECT "extra" FROM "Setting";
DROP INDEX "Setting_extra_idx";
ALTER TABLE "Setting" DROP COLUMN "extra" CASCADE;
DROP TABLE "Defaults" CASCADE;
DROP TYPE "Kind" CASCADE;
DROP SCHEMA "audit" CASCADE;
