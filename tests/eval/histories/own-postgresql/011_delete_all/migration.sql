DELETE FROM "Setting";
INSERT INTO "Setting" ("key", "value") VALUES ('theme', 'light');
TRUNCATE TABLE "Cache";
INSERT INTO "Cache" VALUES (2, 'two');
COMMENT ON TABLE "Cache" IS 'emptied';
