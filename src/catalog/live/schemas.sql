SELECT nspname, said.description,
       EXISTS (SELECT FROM pg_depend d
               WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid
                 AND d.deptype = 'e')
  FROM pg_namespace n
  LEFT JOIN pg_description said ON said.objoid = n.oid AND said.objsubid = 0
                            AND said.classoid = 'pg_namespace'::regclass
 WHERE nspname = ANY ($1::name[])
