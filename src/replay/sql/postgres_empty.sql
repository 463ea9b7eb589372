-- Empties a shadow database, as Prisma resets its own. Object by object in `public`:
-- up to PostgreSQL 14 a database's owner doesn't own that schema.
DO $empty$
DECLARE
  doomed record;
BEGIN
  FOR doomed IN
    SELECT 1 AS turn, format('DROP EVENT TRIGGER %I', evtname) AS sql FROM pg_event_trigger
    UNION ALL
    SELECT 2, format('DROP PUBLICATION %I', pubname) FROM pg_publication
    UNION ALL
    SELECT 3, format('DROP EXTENSION IF EXISTS %I CASCADE', extname) FROM pg_extension
    WHERE extname <> 'plpgsql'
    UNION ALL
    SELECT 4, format('DROP SCHEMA IF EXISTS %I CASCADE', nspname) FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')
    ORDER BY turn
  LOOP
    EXECUTE doomed.sql;
  END LOOP;
  FOR doomed IN
    SELECT 1 AS turn, format('DROP %s IF EXISTS %s CASCADE',
      CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN
        'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END,
      format('public.%I', relname)) AS sql
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
      AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c')
    UNION ALL
    SELECT 2, format('DROP ROUTINE IF EXISTS public.%I(%s) CASCADE', proname,
      pg_get_function_identity_arguments(oid))
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT 3, format('DROP %s IF EXISTS public.%I CASCADE',
      CASE typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, typname)
    FROM pg_type WHERE typnamespace = 'public'::regnamespace
      AND typtype IN ('e', 'd', 'r', 'b') AND typelem = 0
    ORDER BY turn
  LOOP
    EXECUTE doomed.sql;
  END LOOP;
  CREATE SCHEMA IF NOT EXISTS public;
  SELECT count(*) AS n INTO doomed FROM pg_depend
  WHERE refclassid = 'pg_namespace'::regclass AND refobjid = 'public'::regnamespace;
  IF doomed.n > 0 THEN
    RAISE 'schema public still holds % objects: drop them', doomed.n;
  END IF;
END
$empty$
