-- A shadow database never has records of its own: where there are some, migrations
-- are deployed to it.
SELECT pg_catalog.format('SELECT EXISTS (SELECT FROM %I.%I)', n.nspname, c.relname)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = '_prisma_migrations' AND c.relkind = 'r'
