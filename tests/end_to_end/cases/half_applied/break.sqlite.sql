{ledger}
{deployed 20240101000000_init}
INSERT INTO users VALUES (1, 'a@example.org'), (2, 'a@example.org');
CREATE TABLE invitations (id INTEGER NOT NULL PRIMARY KEY);
INSERT INTO _prisma_migrations (id, migration_name, checksum, started_at, logs)
VALUES ('5b1c6a2e-0000-4000-8000-000000000001', '20240102000000_unique_email', {checksum 20240102000000_unique_email}, {at}, 'A migration failed to apply. New migrations cannot be applied before the error is recovered from. Read more about how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve

Migration name: 20240102000000_unique_email

Database error code: 2067

Database error:
UNIQUE constraint failed: users.email

   0: sql_schema_connector::apply_migration::apply_script
           with migration_name="20240102000000_unique_email"
             at schema-engine/connectors/sql-schema-connector/src/apply_migration.rs:106
   1: schema_core::commands::apply_migrations::Applying migration
           with migration_name="20240102000000_unique_email"
             at schema-engine/core/src/commands/apply_migrations.rs:91');
