CREATE SCHEMA IF NOT EXISTS "audit";
CREATE TABLE "audit"."User" ("id" INTEGER PRIMARY KEY, "email" TEXT);
ALTER TABLE "audit"."User" ADD COLUMN "age" INTEGER;
ALTER TABLE "public"."User" ADD COLUMN "audited" BOOLEAN NOT NULL DEFAULT false;
CREATE INDEX "User_email_audit" ON "audit"."User"("email");
