CREATE INDEX "i_expr" ON "User" (lower("email"));
CREATE UNIQUE INDEX "i_part" ON "User" ("email") WHERE "age" > 18;
CREATE INDEX "i_desc" ON "User" ("age" DESC, "email" COLLATE NOCASE);
DROP INDEX "i_part";
CREATE UNIQUE INDEX "i_part" ON "User" ("email") WHERE "age" > 21;
