-- Enums, domains, composite types of their own, ranges; not those that come with a
-- table or an array. Of one that is announced and not yet made nothing is said, like of
-- those that belong to extensions.
SELECT n.nspname, t.typname, t.typtype,
       (SELECT string_agg('''' || replace(e.enumlabel, '''', '''''') || '''', ', '
                          ORDER BY e.enumsortorder)
          FROM pg_enum e
         WHERE e.enumtypid = t.oid),
       CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
       said.description,
       NOT t.typisdefined OR EXISTS (SELECT FROM pg_depend d
               WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid
                 AND d.deptype = 'e')
  FROM unnest($1::name[], $2::name[]) AS asked (schema, name)
  JOIN pg_namespace n ON n.nspname = asked.schema
  JOIN pg_type t ON t.typname = asked.name AND t.typnamespace = n.oid
  LEFT JOIN pg_class c ON c.oid = t.typrelid
  LEFT JOIN pg_description said ON said.objoid = t.oid AND said.objsubid = 0
                            AND said.classoid = 'pg_type'::regclass
 WHERE coalesce(c.relkind, 'c') = 'c'
   AND NOT (t.typtype = 'b' AND t.typelem <> 0 AND t.typarray = 0)
