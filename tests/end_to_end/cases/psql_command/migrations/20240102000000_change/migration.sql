\set ON_ERROR_STOP on

CREATE TABLE orders (id INTEGER NOT NULL PRIMARY KEY);

CREATE INDEX orders_id_idx ON orders (id);
