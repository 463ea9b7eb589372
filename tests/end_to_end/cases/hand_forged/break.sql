{ledger}
{deployed 20240101000000_init}
{script 20240102000000_orders}
INSERT INTO _prisma_migrations (id, migration_name, checksum, started_at, finished_at, logs, applied_steps_count)
VALUES ('manual', '20240102000000_orders', 'manual', {at}, {at}, 'applied by hand', 7);
