ALTER TABLE "User" ADD COLUMN IF NOT EXISTS "old_name" TEXT;
UPDATE "User" SET "old_name" = "name";
UPDATE "User" SET "name" = 'renamed';
CREATE INDEX IF NOT EXISTS "User_old_name_idx" ON "User"("old_name");
