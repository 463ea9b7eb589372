-- Of every function of a name asked for; aggregates have no text of their own.
SELECT n.nspname, p.proname,
       format('DROP ROUTINE %I.%I(%s)', n.nspname, p.proname,
              (SELECT string_agg(format_type(a.type, NULL), ', ' ORDER BY a.i)
                 FROM unnest(p.proargtypes) WITH ORDINALITY AS a (type, i))),
       CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END,
       said.description,
       EXISTS (SELECT FROM pg_depend d
               WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                 AND d.deptype = 'e')
  FROM (SELECT DISTINCT * FROM unnest($1::name[], $2::name[])) AS asked (schema, name)
  JOIN pg_namespace n ON n.nspname = asked.schema
  JOIN pg_proc p ON p.proname = asked.name AND p.pronamespace = n.oid
  LEFT JOIN pg_description said ON said.objoid = p.oid AND said.objsubid = 0
                            AND said.classoid = 'pg_proc'::regclass
