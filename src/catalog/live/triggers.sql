SELECT n.nspname, c.relname, t.tgname, pg_get_triggerdef(t.oid),
       said.description
  FROM unnest($1::name[], $2::name[], $3::name[]) AS asked (schema, relation, name)
  JOIN pg_namespace n ON n.nspname = asked.schema
  JOIN pg_class c ON c.relname = asked.relation AND c.relnamespace = n.oid
  JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = asked.name
                   AND NOT t.tgisinternal
  LEFT JOIN pg_description said ON said.objoid = t.oid AND said.objsubid = 0
                            AND said.classoid = 'pg_trigger'::regclass
