{ledger}
{deployed 20240101000000_init}
INSERT INTO users VALUES (1, 'a@example.org'), (2, NULL);
CREATE TABLE log (id INTEGER NOT NULL PRIMARY KEY, message TEXT);
{first 1 20240102000000_change}
{killed 20240102000000_change}
