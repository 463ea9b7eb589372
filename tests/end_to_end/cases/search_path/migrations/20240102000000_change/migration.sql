CREATE SCHEMA audit;

SET search_path = audit;

CREATE TABLE log (
    id INTEGER NOT NULL PRIMARY KEY,
    message TEXT
);
