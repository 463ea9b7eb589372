{ledger}
{deployed 20240101000000_init}
INSERT INTO users VALUES (1, 'a@example.org'), (2, NULL);
CREATE TABLE tags (id INTEGER NOT NULL PRIMARY KEY, label TEXT);
{killed 20240102000000_change}
