{ledger}
{deployed 20240101000000_init}
INSERT INTO users VALUES (1, 5), (2, 7);
{killed 20240102000000_change}
