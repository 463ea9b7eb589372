SELECT extname, said.description
  FROM pg_extension
  LEFT JOIN pg_description said ON said.objoid = oid AND said.objsubid = 0
                            AND said.classoid = 'pg_extension'::regclass
 WHERE extname = ANY ($1::name[])
