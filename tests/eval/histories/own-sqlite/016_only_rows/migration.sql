UPDATE "Setting" SET "value" = 'light' WHERE "key" = 'theme';
DELETE FROM "Log";
INSERT INTO "Log" ("line") SELECT "email" FROM "User";
