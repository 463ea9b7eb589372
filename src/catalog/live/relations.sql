-- An index that is invalid, or not ready, is what a failed CREATE INDEX CONCURRENTLY
-- left. A partitioned table's may also wait for its parts: that one can't be dropped
-- CONCURRENTLY, and needn't be.
SELECT n.nspname, c.relname, c.relkind,
       CASE WHEN c.relkind IN ('i', 'I') THEN pg_get_indexdef(c.oid)
            WHEN c.relkind = 'v'
            THEN format('CREATE VIEW %I.%I AS %s', n.nspname, c.relname,
                        pg_get_viewdef(c.oid))
            WHEN c.relkind = 'm'
            THEN format('CREATE MATERIALIZED VIEW %I.%I AS %s', n.nspname, c.relname,
                        pg_get_viewdef(c.oid))
            WHEN c.relkind = 'S'
            THEN (SELECT format('ALTER SEQUENCE %I.%I OWNED BY %I.%I.%I', n.nspname,
                                c.relname, tn.nspname, t.relname, a.attname)
                    FROM pg_depend d
                    JOIN pg_class t ON t.oid = d.refobjid
                    JOIN pg_namespace tn ON tn.oid = t.relnamespace
                    JOIN pg_attribute a ON a.attrelid = d.refobjid
                                       AND a.attnum = d.refobjsubid
                   WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                     AND d.refclassid = 'pg_class'::regclass
                     AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
                   LIMIT 1)
       END,
       i.indisvalid AND i.indisready, said.description,
       CASE WHEN c.relkind = 'i' AND NOT (i.indisvalid AND i.indisready)
            THEN format('DROP INDEX CONCURRENTLY %I.%I', n.nspname, c.relname)
       END,
       EXISTS (SELECT FROM pg_depend d
               WHERE d.classid = 'pg_class'::regclass AND d.objid IN (c.oid, i.indrelid)
                 AND d.deptype = 'e'),
       CASE WHEN c.relkind IN ('r', 'p') THEN c.relrowsecurity END,
       c.relforcerowsecurity
  FROM unnest($1::name[], $2::name[]) AS asked (schema, name)
  JOIN pg_namespace n ON n.nspname = asked.schema
  JOIN pg_class c ON c.relname = asked.name AND c.relnamespace = n.oid
  LEFT JOIN pg_index i ON i.indexrelid = c.oid
  LEFT JOIN pg_description said ON said.objoid = c.oid AND said.objsubid = 0
                            AND said.classoid = 'pg_class'::regclass
