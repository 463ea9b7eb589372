CREATE TABLE "new_Log" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "line" TEXT NOT NULL);
INSERT INTO "new_Log" ("id", "line") SELECT "id", "line" FROM "Log" WHERE "id" > 1;
DROP TABLE "Log";
ALTER TABLE "new_Log" RENAME TO "Log";
