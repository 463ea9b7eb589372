CREATE TABLE "Setting" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "value" TEXT
);
