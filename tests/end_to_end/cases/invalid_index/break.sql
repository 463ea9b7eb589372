{ledger}
{deployed 20240101000000_init}
INSERT INTO users VALUES (1, 'a@example.org'), (2, 'a@example.org');
{then}
{script 20240102000000_change}
{refused}
{failed 20240102000000_change 23505 could not create unique index "users_email_key"}
