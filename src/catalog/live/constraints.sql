SELECT n.nspname, c.relname, k.conname,
       format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s', n.nspname, c.relname,
              k.conname, pg_get_constraintdef(k.oid)),
       k.convalidated, said.description,
       CASE WHEN NOT k.convalidated
            THEN format('ALTER TABLE %I.%I VALIDATE CONSTRAINT %I', n.nspname,
                        c.relname, k.conname)
       END,
       k.contype = 'n' OR pg_get_constraintdef(k.oid) LIKE '% NOT ENFORCED'
  FROM unnest($1::name[], $2::name[], $3::name[]) AS asked (schema, relation, name)
  JOIN pg_namespace n ON n.nspname = asked.schema
  JOIN pg_class c ON c.relname = asked.relation AND c.relnamespace = n.oid
  JOIN pg_constraint k ON k.conrelid = c.oid AND k.contypid = 0
                      AND k.conname = asked.name
  LEFT JOIN pg_description said ON said.objoid = k.oid AND said.objsubid = 0
                            AND said.classoid = 'pg_constraint'::regclass
