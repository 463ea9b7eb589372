SELECT nspname, said.description
  FROM pg_namespace
  LEFT JOIN pg_description said ON said.objoid = oid AND said.objsubid = 0
                            AND said.classoid = 'pg_namespace'::regclass
 WHERE nspname = ANY ($1::name[])
