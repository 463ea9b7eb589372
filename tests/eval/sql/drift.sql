-- pg_temp.drift(script): what somebody did by hand and no migration knows: a table, and
-- on tables the script names as well as on others a column and indexes.
CREATE FUNCTION pg_temp.drift(script text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	t record;
	n int := 0;
BEGIN
	CREATE TABLE unstick_drift (id integer PRIMARY KEY, note text NOT NULL DEFAULT 'by hand');
	FOR t IN
		SELECT name, (SELECT quote_ident(a.attname) FROM pg_attribute a
			JOIN pg_opclass o ON o.opcintype = a.atttypid AND o.opcdefault
			JOIN pg_am m ON m.oid = o.opcmethod AND m.amname = 'btree'
			WHERE a.attrelid = ranked.oid AND a.attnum > 0 AND NOT a.attisdropped
			ORDER BY a.attnum DESC LIMIT 1) AS indexed
		FROM (SELECT c.oid, c.oid::regclass AS name, named,
				row_number() OVER (PARTITION BY named ORDER BY c.relname) AS place
			FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace,
				LATERAL (SELECT position(c.relname IN script) > 0 AS named) x
			WHERE c.relkind = 'r' AND c.reloftype = 0 AND NOT c.relispartition AND s.nspname !~ '^pg_'
				AND s.nspname <> 'information_schema'
				AND c.relname NOT IN ('_prisma_migrations', 'unstick_drift')) ranked
		WHERE place <= CASE WHEN named THEN 2 ELSE 1 END
		ORDER BY named, place
	LOOP
		n := n + 1;
		EXECUTE format('ALTER TABLE %s ADD COLUMN unstick_drift_%s integer', t.name, n);
		EXECUTE format('CREATE INDEX unstick_drift_idx_%s ON %s (unstick_drift_%s)', n, t.name, n);
		IF t.indexed IS NOT NULL THEN
			EXECUTE format('CREATE INDEX unstick_drift_own_%s ON %s (%s)', n, t.name, t.indexed);
		END IF;
	END LOOP;
END
$$
