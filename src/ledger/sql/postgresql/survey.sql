-- Is this Prisma 8's database (its tables live in a schema of their own), and is the
-- ledger there? to_regclass() raises an error where we lack USAGE, so that is asked
-- first. No catalog is joined: planning that in a new session costs more than reading.
SELECT
  CASE WHEN to_regnamespace('prisma_contract') IS NULL THEN false
    WHEN NOT has_schema_privilege('prisma_contract', 'usage') THEN false
    ELSE to_regclass('prisma_contract.marker') IS NOT NULL END,
  CASE WHEN to_regnamespace(quote_ident($1)) IS NULL THEN false
    WHEN NOT has_schema_privilege($1, 'usage') THEN true
    ELSE to_regclass(quote_ident($1) || '._prisma_migrations') IS NOT NULL END
