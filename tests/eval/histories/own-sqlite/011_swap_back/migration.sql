ALTER TABLE "Log" RENAME TO "tmp";
ALTER TABLE "Counter" RENAME TO "Log";
ALTER TABLE "tmp" RENAME TO "Counter";
DROP INDEX "Log_line_idx";
CREATE INDEX "Log_line_idx" ON "Log"("line");
