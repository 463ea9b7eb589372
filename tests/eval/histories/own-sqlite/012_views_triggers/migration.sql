CREATE VIEW "grown" AS SELECT "id" FROM "User" WHERE "age" > 18;
DROP VIEW "grown";
CREATE VIEW "grown" AS SELECT "id" FROM "User" WHERE "age" > 21;
CREATE TRIGGER "logged" AFTER INSERT ON "User" BEGIN
    INSERT INTO "Log" ("line") VALUES ('user; added');
    UPDATE "Counter" SET "n" = "n" + 1;
END;
DROP TRIGGER IF EXISTS "logged";
CREATE TRIGGER "logged" AFTER DELETE ON "User" WHEN OLD."age" > 1 BEGIN SELECT CASE WHEN 1 THEN 2 END; END;
