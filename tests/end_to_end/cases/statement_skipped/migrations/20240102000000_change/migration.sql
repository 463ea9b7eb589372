CREATE TABLE orders (
    id INTEGER NOT NULL PRIMARY KEY,
    total INTEGER
);

CREATE INDEX orders_total_idx ON orders (total);

ALTER TABLE users ADD COLUMN age INTEGER;
