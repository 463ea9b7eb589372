CREATE TABLE "Profile" ("id" SERIAL PRIMARY KEY, "userId" INTEGER NOT NULL, "nick" TEXT);
INSERT INTO "Profile" ("userId", "nick") SELECT "id", "nick" FROM "User";
ALTER TABLE "User" DROP COLUMN "nick";
ALTER TABLE "Profile" ADD CONSTRAINT "Profile_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id");
