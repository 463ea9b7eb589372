-- pg_temp.seed(script, avoid): two rows in every table that the script's text names
-- and that of `avoid` doesn't. Best effort: what refuses them stays empty. The same
-- number everywhere makes most references hold.
CREATE FUNCTION pg_temp.cell(type oid, i int) RETURNS text LANGUAGE sql AS $$
	SELECT CASE
		WHEN t.typtype = 'e' THEN (SELECT quote_literal(e.enumlabel) FROM pg_enum e
			WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder LIMIT 1)
		WHEN t.typcategory = 'A' THEN '''{}'''
		WHEN t.typcategory = 'B' THEN 'true'
		WHEN t.typcategory = 'N' THEN i::text
		WHEN t.typcategory = 'D' THEN quote_literal('2024-01-0' || i || ' 12:00')
		WHEN t.typcategory = 'S' THEN quote_literal('s' || i)
		WHEN t.typcategory = 'T' THEN quote_literal(i || ' day')
		WHEN t.typname = 'uuid' THEN quote_literal('00000000-0000-4000-8000-00000000000' || i)
		WHEN t.typname IN ('json', 'jsonb') THEN '''{}'''
		WHEN t.typname = 'bytea' THEN quote_literal('\x0' || i)
		ELSE 'NULL'
	END FROM pg_type t WHERE t.oid = type
$$;
CREATE FUNCTION pg_temp.seed(script text, avoid text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	t record;
	names text;
	cells text;
BEGIN
	-- neither triggers nor foreign keys, whose tables may be seeded later or not at all
	PERFORM set_config('session_replication_role', 'replica', true);
	FOR t IN SELECT c.oid, c.oid::regclass AS name FROM pg_class c
		JOIN pg_namespace s ON s.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND s.nspname !~ '^pg_'
			AND s.nspname <> 'information_schema' AND c.relname <> '_prisma_migrations'
			AND position(c.relname IN script) > 0 AND position(c.relname IN avoid) = 0
		ORDER BY c.relname, s.nspname
	LOOP
		FOR i IN 1..2 LOOP
			SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
				string_agg(pg_temp.cell(a.atttypid, i), ', ' ORDER BY a.attnum)
			INTO names, cells FROM pg_attribute a
			WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
				AND a.attidentity = '' AND NOT a.atthasdef;
			BEGIN
				EXECUTE CASE WHEN names IS NULL
					THEN format('INSERT INTO %s DEFAULT VALUES', t.name)
					ELSE format('INSERT INTO %s (%s) VALUES (%s)', t.name, names, cells) END;
			EXCEPTION WHEN OTHERS THEN
				NULL;
			END;
		END LOOP;
	END LOOP;
END
$$
