{ledger}
{deployed 20240101000000_init}
INSERT INTO users VALUES (1, 'a@example.org'), (2, NULL);
{first 1 20240102000000_change}
{failed 20240102000000_change 57014 canceling statement due to statement timeout}
{then}
CREATE INDEX orders_total_idx ON orders (total);
ALTER TABLE users ADD COLUMN age INTEGER;
