UPDATE "User" SET "audited" = true;
DELETE FROM "Profile" WHERE "nick" IS NULL;
INSERT INTO "Setting" ("key") VALUES ('x') ON CONFLICT DO NOTHING;
