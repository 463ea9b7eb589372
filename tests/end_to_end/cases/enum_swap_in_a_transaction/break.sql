{ledger}
{deployed 20240101000000_init}
INSERT INTO users VALUES (1, 'USER'), (2, 'ADMIN');
{killed 20240102000000_change}
