SELECT extname, obj_description(oid, 'pg_extension')
  FROM pg_extension
 WHERE extname = ANY ($1::name[])
