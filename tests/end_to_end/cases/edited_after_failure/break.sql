{ledger}
{deployed 20240101000000_init}
INSERT INTO _prisma_migrations (id, migration_name, checksum, started_at, logs)
VALUES ('5b1c6a2e-0000-4000-8000-000000000001', '20240102000000_orders',
    '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', {at}, 'A migration failed to apply. New migrations cannot be applied before the error is recovered from. Read more about how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve

Migration name: 20240102000000_orders

Database error code: 42601

Database error:
ERROR: syntax error at or near "TABEL"

   0: sql_schema_connector::apply_migration::apply_script
           with migration_name="20240102000000_orders"
             at schema-engine/connectors/sql-schema-connector/src/apply_migration.rs:106
   1: schema_core::commands::apply_migrations::Applying migration
           with migration_name="20240102000000_orders"
             at schema-engine/core/src/commands/apply_migrations.rs:91');
