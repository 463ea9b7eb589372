ALTER TABLE "Cache" RENAME TO "Cache_tmp";
ALTER TABLE "Log" RENAME TO "Cache";
ALTER TABLE "Cache_tmp" RENAME TO "Log";
