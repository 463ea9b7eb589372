{ledger}
{deployed 20240101000000_init}
INSERT INTO users VALUES (1, 'a@example.org'), (2, NULL);
{killed 20240102000000_change}
