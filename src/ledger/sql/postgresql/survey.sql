-- Is this Prisma 8's database (its tables live in a schema of their own), and is the
-- ledger there? Asked of the catalog: to_regclass() raises an error where we lack USAGE.
SELECT
  EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'prisma_contract' AND c.relname = 'marker'),
  EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relname = '_prisma_migrations')
