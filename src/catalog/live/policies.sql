-- The server has no text for a policy; that it is there is all that is compared.
SELECT n.nspname, c.relname, p.polname, NULL, said.description
  FROM unnest($1::name[], $2::name[], $3::name[]) AS asked (schema, relation, name)
  JOIN pg_namespace n ON n.nspname = asked.schema
  JOIN pg_class c ON c.relname = asked.relation AND c.relnamespace = n.oid
  JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = asked.name
  LEFT JOIN pg_description said ON said.objoid = p.oid AND said.objsubid = 0
                            AND said.classoid = 'pg_policy'::regclass
