/*
  Warnings:

  - Made the column `insurance` on table `Patient` required. This step will fail if there are existing NULL values in that column.

*/
-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Patient" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" TEXT NOT NULL,
    "insurance" TEXT NOT NULL
);
INSERT INTO "new_Patient" ("id", "insurance", "name") SELECT "id", "insurance", "name" FROM "Patient";
DROP TABLE "Patient";
ALTER TABLE "new_Patient" RENAME TO "Patient";
CREATE UNIQUE INDEX "Patient_insurance_key" ON "Patient"("insurance");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
