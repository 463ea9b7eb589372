{ledger}
{deployed 20240101000000_init}
INSERT INTO users VALUES (1, 'USER'), (2, 'GUEST');
{first 3 20240102000000_change}
{failed 20240102000000_change 22P02 invalid input value for enum role: "GUEST"}
