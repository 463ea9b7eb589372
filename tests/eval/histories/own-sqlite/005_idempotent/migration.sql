CREATE TABLE IF NOT EXISTS "Setting" ("key" TEXT PRIMARY KEY, "value" TEXT);
CREATE INDEX IF NOT EXISTS "Setting_value_idx" ON "Setting"("value");
INSERT OR IGNORE INTO "Setting" ("key", "value") VALUES ('theme', 'dark');
DROP INDEX IF EXISTS "no_such";
DROP TABLE IF EXISTS "nobody";
