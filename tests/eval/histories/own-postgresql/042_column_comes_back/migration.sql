ALTER TABLE "Queue" ADD COLUMN "state" TEXT DEFAULT 'new';
ALTER TABLE "Queue" DROP COLUMN "state";
ALTER TABLE "Queue" ADD COLUMN "state" TEXT DEFAULT 'new';
CREATE INDEX "q" ON "Queue"("state");
DROP INDEX "q";
CREATE INDEX "q" ON "Queue"("state");
