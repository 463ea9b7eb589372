ALTER TABLE "User" RENAME COLUMN "old_name" TO "tmp";
ALTER TABLE "User" RENAME COLUMN "name" TO "old_name";
ALTER TABLE "User" RENAME COLUMN "tmp" TO "name";
ALTER TABLE "Cache" RENAME TO "Cache_tmp";
ALTER TABLE "Log" RENAME TO "Cache";
ALTER TABLE "Cache_tmp" RENAME TO "Log";
ALTER INDEX "Cache_body_idx" RENAME TO "Log_body_idx";
ALTER TABLE "Log" RENAME CONSTRAINT "Cache_pkey" TO "Log_new_pkey";
