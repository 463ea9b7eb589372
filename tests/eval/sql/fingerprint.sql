-- Everything a migration can change in the catalog, as one digest. Written without a
-- look at how unstick compares: it is what unstick is measured with. attnum is in it,
-- so that dropping a column and adding it again shows. The drift is not: losing it on the
-- way (a table dropped and made again) makes no other state.
WITH spaces AS (
	SELECT oid, nspname AS schema FROM pg_namespace
	WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), relations AS (
	SELECT c.*, s.schema || '.' || c.relname AS name
	FROM pg_class c JOIN spaces s ON s.oid = c.relnamespace
	WHERE c.relname NOT LIKE 'unstick\_drift%'
), facts (fact) AS (
	SELECT concat_ws('|', 'schema', schema) FROM spaces
	UNION ALL
	SELECT concat_ws('|', 'relation', name, relkind, relpersistence, relrowsecurity,
		relforcerowsecurity, relreplident, reloptions, relispartition,
		pg_get_expr(relpartbound, oid), relacl, reltablespace)
	FROM relations
	UNION ALL
	SELECT concat_ws('|', 'column', r.name, a.attname,
		a.attnum - (SELECT count(*) FROM pg_attribute b WHERE b.attrelid = a.attrelid
			AND b.attnum < a.attnum AND b.attname LIKE 'unstick\_drift%'),
		format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
		a.attcollation::regcollation, a.attstorage, a.attoptions, a.attstattarget,
		'default ' || pg_get_expr(d.adbin, d.adrelid))
	FROM relations r
	JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
	LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
	WHERE r.relkind <> 'i' AND a.attname NOT LIKE 'unstick\_drift%'
	UNION ALL
	SELECT concat_ws('|', 'constraint', coalesce(r.name, t.typname), k.conname,
		pg_get_constraintdef(k.oid), k.convalidated, k.condeferrable, k.condeferred)
	FROM pg_constraint k JOIN spaces s ON s.oid = k.connamespace
	LEFT JOIN relations r ON r.oid = k.conrelid
	LEFT JOIN pg_type t ON t.oid = k.contypid
	WHERE r.oid IS NOT NULL OR t.oid IS NOT NULL
	UNION ALL
	SELECT concat_ws('|', 'index', r.name, pg_get_indexdef(r.oid), i.indisvalid,
		i.indisready, i.indisunique, i.indisprimary, i.indisclustered, i.indisreplident)
	FROM relations r JOIN pg_index i ON i.indexrelid = r.oid
	UNION ALL
	SELECT concat_ws('|', 'sequence', r.name, q.seqtypid::regtype, q.seqstart,
		q.seqincrement, q.seqmax, q.seqmin, q.seqcache, q.seqcycle)
	FROM relations r JOIN pg_sequence q ON q.seqrelid = r.oid
	UNION ALL
	SELECT concat_ws('|', 'sequence of', d.objid::regclass, d.refobjid::regclass, d.refobjsubid)
	FROM pg_depend d JOIN relations r ON r.oid = d.objid AND r.relkind = 'S'
	WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
		AND d.deptype IN ('a', 'i')
	UNION ALL
	SELECT concat_ws('|', 'view', name, pg_get_viewdef(oid))
	FROM relations WHERE relkind IN ('v', 'm')
	UNION ALL
	SELECT concat_ws('|', 'type', s.schema, t.typname, t.typtype, t.typnotnull, t.typdefault,
		CASE WHEN t.typbasetype <> 0 THEN format_type(t.typbasetype, t.typtypmod) END)
	FROM pg_type t JOIN spaces s ON s.oid = t.typnamespace WHERE t.typtype IN ('e', 'd', 'r')
	UNION ALL
	SELECT concat_ws('|', 'labels', s.schema, t.typname,
		(SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)
			FROM pg_enum e WHERE e.enumtypid = t.oid))
	FROM pg_type t JOIN spaces s ON s.oid = t.typnamespace WHERE t.typtype = 'e'
	UNION ALL
	SELECT concat_ws('|', 'function', s.schema, p.proname,
		pg_get_function_identity_arguments(p.oid), p.prokind,
		CASE WHEN p.prokind IN ('f', 'p') AND p.prolang <> 13
			THEN pg_get_functiondef(p.oid) END, p.proacl)
	FROM pg_proc p JOIN spaces s ON s.oid = p.pronamespace
	UNION ALL
	SELECT concat_ws('|', 'trigger', r.name, pg_get_triggerdef(t.oid), t.tgenabled)
	FROM relations r JOIN pg_trigger t ON t.tgrelid = r.oid WHERE NOT t.tgisinternal
	UNION ALL
	SELECT concat_ws('|', 'policy', r.name, p.polname, p.polcmd, p.polpermissive, p.polroles,
		pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
	FROM relations r JOIN pg_policy p ON p.polrelid = r.oid
	UNION ALL
	SELECT concat_ws('|', 'rule', r.name, pg_get_ruledef(w.oid), w.ev_enabled)
	FROM relations r JOIN pg_rewrite w ON w.ev_class = r.oid
	UNION ALL
	SELECT concat_ws('|', 'inherits', i.inhrelid::regclass, i.inhparent::regclass, i.inhseqno)
	FROM pg_inherits i JOIN relations r ON r.oid = i.inhrelid
	UNION ALL
	SELECT concat_ws('|', 'statistics', s.schema, pg_get_statisticsobjdef(x.oid))
	FROM pg_statistic_ext x JOIN spaces s ON s.oid = x.stxnamespace
	UNION ALL
	SELECT concat_ws('|', 'extension', extname, extversion, extnamespace::regnamespace)
	FROM pg_extension
	UNION ALL
	SELECT concat_ws('|', 'publication', pubname, puballtables, pubinsert, pubupdate, pubdelete)
	FROM pg_publication
	UNION ALL
	SELECT concat_ws('|', 'event trigger', evtname, evtevent, evtfoid::regproc, evtenabled)
	FROM pg_event_trigger
	UNION ALL
	SELECT concat_ws('|', 'comment', d.classoid::regclass, i.identity, d.description)
	FROM pg_description d, LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
	WHERE d.objoid >= 16384
)
SELECT md5(coalesce(string_agg(fact, E'\n' ORDER BY fact COLLATE "C"), '')) FROM facts
