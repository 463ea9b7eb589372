INSERT INTO "Setting" ("key", "value") VALUES ('theme', 'dark') ON CONFLICT ("key") DO NOTHING;
INSERT INTO "Setting" ("key", "value") VALUES ('lang', 'en') ON CONFLICT ("key") DO UPDATE SET "value" = 'en';
ALTER TABLE "Setting" ADD COLUMN IF NOT EXISTS "note" TEXT;
