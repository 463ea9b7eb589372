PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Setting" ("key" TEXT NOT NULL PRIMARY KEY, "value" TEXT NOT NULL DEFAULT '', CHECK (length("key") < 100));
INSERT INTO "new_Setting" ("key", "value") SELECT "key", coalesce("value", '') FROM "Setting" WHERE "key" IS NOT NULL;
DROP TABLE "Setting";
ALTER TABLE "new_Setting" RENAME TO "Setting";
PRAGMA foreign_keys=ON;
CREATE INDEX "Setting_value_idx" ON "Setting"("value");
