CREATE INDEX CONCURRENTLY IF NOT EXISTS "User_conc_idx" ON "User"("createdAt");
