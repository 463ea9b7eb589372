SET search_path = audit;
ALTER TABLE "User" ADD COLUMN "seen" INTEGER;
CREATE TABLE "Local" ("id" INTEGER);
SET search_path = public;
ALTER TABLE "User" ADD COLUMN "seen" INTEGER;
RESET search_path;
