{ledger}
{deployed 20240101000000_init}
{deployed 20240102000000_orders}
INSERT INTO _prisma_migrations (id, migration_name, checksum, started_at, applied_steps_count)
VALUES ('5b1c6a2e-0000-4000-8000-000000000001', '20240102000000_orders', {checksum 20240102000000_orders}, {at}, 1);
