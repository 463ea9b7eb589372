{ledger}
{deployed 20240101000000_init}
{deployed 20240102000000_add_orders}
UPDATE _prisma_migrations SET migration_name = '20240102000000_orders' WHERE migration_name = '20240102000000_add_orders';
