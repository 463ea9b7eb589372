ALTER TABLE "User" ADD COLUMN IF NOT EXISTS "visits" INTEGER NOT NULL DEFAULT 1;
UPDATE "User" SET "visits" = "visits" + 1;
CREATE INDEX IF NOT EXISTS "User_visits_idx" ON "User"("visits");
