{ledger}
{deployed 20240101000000_init}
INSERT INTO users VALUES (1, 'a@example.org'), (2, NULL);
{script 20240102000000_change}
{failed 20240102000000_change 42703 column "x" does not exist}
UPDATE _prisma_migrations SET checksum = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' WHERE finished_at IS NULL;
