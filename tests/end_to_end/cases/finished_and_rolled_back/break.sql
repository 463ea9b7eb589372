{ledger}
{deployed 20240101000000_init}
{deployed 20240102000000_orders}
UPDATE _prisma_migrations SET rolled_back_at = {at} WHERE migration_name = '20240102000000_orders';
