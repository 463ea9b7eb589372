SELECT n.nspname, c.relname, r.rulename, pg_get_ruledef(r.oid),
       said.description
  FROM unnest($1::name[], $2::name[], $3::name[]) AS asked (schema, relation, name)
  JOIN pg_namespace n ON n.nspname = asked.schema
  JOIN pg_class c ON c.relname = asked.relation AND c.relnamespace = n.oid
  JOIN pg_rewrite r ON r.ev_class = c.oid AND r.rulename = asked.name
  LEFT JOIN pg_description said ON said.objoid = r.oid AND said.objsubid = 0
                            AND said.classoid = 'pg_rewrite'::regclass
