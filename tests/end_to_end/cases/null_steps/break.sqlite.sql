{script 20240101000000_init}
CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY, checksum VARCHAR(64), finished_at DATETIME,
    migration_name VARCHAR(255), logs TEXT, rolled_back_at DATETIME, started_at DATETIME, applied_steps_count INTEGER);
INSERT INTO _prisma_migrations (id, migration_name, checksum, started_at, finished_at)
VALUES ('1', '20240101000000_init', {checksum 20240101000000_init}, {at}, {at});
INSERT INTO _prisma_migrations (id, migration_name, checksum, started_at)
VALUES ('2', '20240102000000_orders', {checksum 20240102000000_orders}, {at});
