-- enum: the column's type, or its elements', if it is one.
-- gap: one that stood before it was dropped.
SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
       a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated,
       said.description, tn.nspname AS enum_schema,
       e.typname AS enum, a.attnum,
       EXISTS (SELECT FROM pg_attribute gone
                WHERE gone.attrelid = a.attrelid AND gone.attisdropped
                  AND gone.attnum > 0 AND gone.attnum < a.attnum) AS gap
  FROM unnest($1::name[], $2::name[], $3::name[]) AS asked (schema, relation, name)
  JOIN pg_namespace n ON n.nspname = asked.schema
  JOIN pg_class c ON c.relname = asked.relation AND c.relnamespace = n.oid
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = asked.name
                     AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_type e ON e.oid = CASE WHEN t.typcategory = 'A' THEN t.typelem
                                      ELSE t.oid END
                     AND e.typtype = 'e'
  LEFT JOIN pg_namespace tn ON tn.oid = e.typnamespace
  LEFT JOIN pg_description said ON said.objoid = c.oid AND said.objsubid = a.attnum
                            AND said.classoid = 'pg_class'::regclass
