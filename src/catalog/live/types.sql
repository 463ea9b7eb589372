-- Enums, domains, composite types of their own, ranges; not those that come with a
-- table or an array.
SELECT n.nspname, t.typname, t.typtype,
       (SELECT string_agg('''' || replace(e.enumlabel, '''', '''''') || '''', ', '
                          ORDER BY e.enumsortorder)
          FROM pg_enum e
         WHERE e.enumtypid = t.oid),
       CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
       obj_description(t.oid, 'pg_type')
  FROM unnest($1::name[], $2::name[]) AS asked (schema, name)
  JOIN pg_namespace n ON n.nspname = asked.schema
  JOIN pg_type t ON t.typname = asked.name AND t.typnamespace = n.oid
  LEFT JOIN pg_class c ON c.oid = t.typrelid
 WHERE coalesce(c.relkind, 'c') = 'c'
   AND NOT (t.typtype = 'b' AND t.typelem <> 0 AND t.typarray = 0)
