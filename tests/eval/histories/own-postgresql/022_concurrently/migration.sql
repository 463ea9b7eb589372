CREATE INDEX CONCURRENTLY "User_conc_idx" ON "User"("createdAt");
