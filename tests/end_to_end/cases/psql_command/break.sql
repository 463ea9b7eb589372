{ledger}
{deployed 20240101000000_init}
INSERT INTO users VALUES (1, 'a@example.org'), (2, NULL);
{failed 20240102000000_change 42601 syntax error at or near "\"}
