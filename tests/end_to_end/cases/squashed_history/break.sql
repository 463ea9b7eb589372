{ledger}
{deployed 20240103000000_squashed}
INSERT INTO _prisma_migrations (id, migration_name, checksum, started_at, finished_at, applied_steps_count) VALUES
    ('a', '20240101000000_init', 'fe6bd5a8df4bc0ba0dd3dd8dd1ebd92a9d67e3a9e3b3d3dd0a1e2f3a4b5c6d7e', {at}, {at}, 1),
    ('b', '20240102000000_orders', '0c7e6a405862e402eb76a70f8a26fc732d07c32931e9fae9ab1582911d2e8a3b', {at}, {at}, 1);
