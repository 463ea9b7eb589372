{ledger}
{deployed 20240101000000_init}
INSERT INTO users VALUES (1, 'a@example.org'), (2, NULL);
{failed 20240102000000_change 55P03 canceling statement due to lock timeout}
