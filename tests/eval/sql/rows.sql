-- The query that counts and digests the rows of every table, as text: "table count
-- digest", one row each.
SELECT coalesce(string_agg(format(
	'SELECT %L || '' '' || count(*) || '' '' ||'
	' coalesce(md5(string_agg(t::text, E''\n'' ORDER BY t::text COLLATE "C")), ''-'') FROM %s t',
	c.oid::regclass, c.oid::regclass), ' UNION ALL ') || ' ORDER BY 1', 'SELECT ''''')
FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
WHERE c.relkind = 'r' AND s.nspname !~ '^pg_' AND s.nspname <> 'information_schema'
	AND c.relname <> '_prisma_migrations'
