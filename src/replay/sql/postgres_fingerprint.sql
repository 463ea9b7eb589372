-- Every object of a database, one row each: its class, what it is called (a word for
-- its kind, schema, relation, name) and up to six values; which class has which is
-- said in postgres_marks.c. $1: only of these schemas, $2: only of these relations;
-- NULL for all. What an extension brought is the extension's, and is left out.
WITH spaces AS MATERIALIZED (
  SELECT oid, nspname FROM pg_catalog.pg_namespace
  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND ($1::text[] IS NULL OR nspname = ANY ($1::text[]))
), brought AS MATERIALIZED (
  SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'
), rel AS MATERIALIZED (
  SELECT c.*, n.nspname,
    CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
      WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table'
      WHEN 'c' THEN 'composite type' WHEN 'i' THEN 'index' WHEN 'I' THEN 'index'
      ELSE 'table' END AS word
  FROM pg_catalog.pg_class c JOIN spaces n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c', 'i', 'I')
    AND c.relpersistence <> 't'
    AND ($2::text[] IS NULL OR c.relname = ANY ($2::text[]))
    AND NOT EXISTS (SELECT FROM brought b
      WHERE b.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND b.objid = c.oid)
), types AS MATERIALIZED (
  SELECT t.*, n.nspname FROM pg_catalog.pg_type t JOIN spaces n ON n.oid = t.typnamespace
  WHERE t.typtype IN ('e', 'd', 'r')
    AND NOT EXISTS (SELECT FROM brought b
      WHERE b.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND b.objid = t.oid)
), routines AS MATERIALIZED (
  SELECT p.*, n.nspname, CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a'
      THEN 'aggregate' ELSE 'function' END AS word,
    p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')' AS title
  FROM pg_catalog.pg_proc p JOIN spaces n ON n.oid = p.pronamespace
  WHERE NOT EXISTS (SELECT FROM brought b
    WHERE b.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND b.objid = p.oid)
)
SELECT 'schema' AS class, 'schema' AS word, n.nspname::text AS schema, '' AS relation,
  '' AS name, NULL AS v1, NULL AS v2, NULL AS v3, NULL AS v4, NULL AS v5, NULL AS v6
FROM spaces n
UNION ALL
SELECT 'relation', r.word, r.nspname, r.relname, '',
  CASE r.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'logged' END,
  CASE WHEN r.relforcerowsecurity THEN 'forced' WHEN r.relrowsecurity THEN 'enabled'
    ELSE 'none' END,
  coalesce(array_to_string(r.reloptions, ', '), 'none'),
  r.relreplident::text,
  CASE WHEN r.relkind = 'p' THEN 'PARTITION BY ' || pg_catalog.pg_get_partkeydef(r.oid)
    ELSE '' END
  || coalesce(' OF ' || (SELECT string_agg(i.inhparent::pg_catalog.regclass::text, ', '
      ORDER BY i.inhseqno) FROM pg_catalog.pg_inherits i WHERE i.inhrelid = r.oid), '')
  || coalesce(' ' || pg_catalog.pg_get_expr(r.relpartbound, r.oid), ''),
  CASE WHEN r.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(r.oid)
    ELSE 'none' END
FROM rel r WHERE r.relkind NOT IN ('i', 'I', 'S')
UNION ALL
SELECT 'sequence', 'sequence', r.nspname, r.relname, '',
  pg_catalog.format_type(s.seqtypid, NULL), s.seqstart::text, s.seqincrement::text,
  s.seqmin || ' to ' || s.seqmax || CASE WHEN s.seqcycle THEN ' cycle' ELSE '' END,
  s.seqcache::text,
  coalesce((SELECT d.refobjid::pg_catalog.regclass || '.' || a.attname
    FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_attribute a
      ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = r.oid
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0 LIMIT 1), 'none')
FROM rel r JOIN pg_catalog.pg_sequence s ON s.seqrelid = r.oid
UNION ALL
SELECT 'column', 'column', r.nspname, r.relname, a.attname,
  pg_catalog.format_type(a.atttypid, a.atttypmod)
  || CASE WHEN a.attcollation <> t.typcollation
    THEN ' COLLATE ' || a.attcollation::pg_catalog.regcollation ELSE '' END,
  CASE WHEN a.attnotnull THEN 'NOT NULL' ELSE 'NULL' END,
  coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), 'none'),
  CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' ELSE 'none' END
  || CASE a.attgenerated WHEN '' THEN '' ELSE ', generated ' || a.attgenerated::text END,
  a.attstorage::text, a.attnum::text
FROM rel r JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE r.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'constraint', 'constraint', r.nspname, r.relname, c.conname,
  pg_catalog.regexp_replace(pg_catalog.pg_get_constraintdef(c.oid), ' NOT VALID$', ''),
  CASE WHEN c.convalidated THEN 'yes' ELSE 'no' END, NULL, NULL, NULL, NULL
FROM rel r JOIN pg_catalog.pg_constraint c ON c.conrelid = r.oid
WHERE c.contype IN ('c', 'f', 'p', 'u', 'x')
UNION ALL
SELECT 'constraint', 'constraint', t.nspname, t.typname, c.conname,
  pg_catalog.regexp_replace(pg_catalog.pg_get_constraintdef(c.oid), ' NOT VALID$', ''),
  CASE WHEN c.convalidated THEN 'yes' ELSE 'no' END, NULL, NULL, NULL, NULL
FROM types t JOIN pg_catalog.pg_constraint c ON c.contypid = t.oid WHERE c.contype = 'c'
UNION ALL
SELECT 'index', 'index', r.nspname, r.relname, '', pg_catalog.pg_get_indexdef(r.oid),
  CASE WHEN i.indisvalid AND i.indisready THEN 'yes' ELSE 'no' END,
  coalesce(array_to_string(r.reloptions, ', '), 'none'), NULL, NULL, NULL
FROM rel r JOIN pg_catalog.pg_index i ON i.indexrelid = r.oid
UNION ALL
SELECT 'type', CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' ELSE 'range' END,
  t.nspname, t.typname, '',
  CASE t.typtype WHEN 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod)
    WHEN 'r' THEN (SELECT pg_catalog.format_type(g.rngsubtype, NULL)
      FROM pg_catalog.pg_range g WHERE g.rngtypid = t.oid) ELSE 'none' END,
  CASE WHEN t.typnotnull THEN 'NOT NULL' ELSE 'NULL' END,
  coalesce(t.typdefault, 'none'),
  coalesce((SELECT string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder)
    FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid), 'none'), NULL, NULL
FROM types t
UNION ALL
SELECT 'label', 'label', t.nspname, t.typname, e.enumlabel, NULL, NULL, NULL, NULL, NULL, NULL
FROM types t JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid
UNION ALL
SELECT 'routine', p.word, p.nspname, '', p.title,
  CASE WHEN p.prokind = 'a' THEN 'none' ELSE pg_catalog.pg_get_functiondef(p.oid) END,
  NULL, NULL, NULL, NULL, NULL
FROM routines p
UNION ALL
SELECT 'trigger', 'trigger', r.nspname, r.relname, g.tgname,
  pg_catalog.pg_get_triggerdef(g.oid), g.tgenabled::text, NULL, NULL, NULL, NULL
FROM rel r JOIN pg_catalog.pg_trigger g ON g.tgrelid = r.oid WHERE NOT g.tgisinternal
UNION ALL
SELECT 'trigger', 'rule', r.nspname, r.relname, w.rulename,
  pg_catalog.pg_get_ruledef(w.oid), w.ev_enabled::text, NULL, NULL, NULL, NULL
FROM rel r JOIN pg_catalog.pg_rewrite w ON w.ev_class = r.oid WHERE w.rulename <> '_RETURN'
UNION ALL
SELECT 'policy', 'policy', r.nspname, r.relname, p.polname,
  CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END || ' '
  || p.polcmd::text || ' ' || array_to_string(p.polroles::pg_catalog.regrole[], ', '),
  coalesce(pg_catalog.pg_get_expr(p.polqual, p.polrelid), 'none'),
  coalesce(pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid), 'none'), NULL, NULL, NULL
FROM rel r JOIN pg_catalog.pg_policy p ON p.polrelid = r.oid
UNION ALL
SELECT 'statistics', 'statistics', n.nspname, '', s.stxname,
  pg_catalog.pg_get_statisticsobjdef(s.oid), NULL, NULL, NULL, NULL, NULL
FROM pg_catalog.pg_statistic_ext s JOIN spaces n ON n.oid = s.stxnamespace
UNION ALL
SELECT 'extension', 'extension', '', '', e.extname, e.extversion,
  (SELECT n.nspname::text FROM pg_catalog.pg_namespace n WHERE n.oid = e.extnamespace),
  NULL, NULL, NULL, NULL
FROM pg_catalog.pg_extension e
UNION ALL
SELECT 'event trigger', 'event trigger', '', '', v.evtname,
  v.evtevent || ' ' || v.evtfoid::pg_catalog.regproc || ' '
  || coalesce(array_to_string(v.evttags, ', '), ''), v.evtenabled::text,
  NULL, NULL, NULL, NULL
FROM pg_catalog.pg_event_trigger v
UNION ALL
SELECT 'publication', 'publication', '', '', p.pubname,
  p.puballtables::text || p.pubinsert || p.pubupdate || p.pubdelete || p.pubtruncate
  || coalesce((SELECT ' ' || string_agg(x.prrelid::pg_catalog.regclass::text, ', '
      ORDER BY x.prrelid::pg_catalog.regclass::text)
    FROM pg_catalog.pg_publication_rel x WHERE x.prpubid = p.oid), ''),
  NULL, NULL, NULL, NULL, NULL
FROM pg_catalog.pg_publication p
UNION ALL
SELECT 'comment', 'comment on ' || c.word, c.nspname, c.relation, c.name, d.description,
  NULL, NULL, NULL, NULL, NULL
FROM (
  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass AS class, r.oid, 0 AS sub, r.word,
    r.nspname::text AS nspname, r.relname::text AS relation, '' AS name FROM rel r
  UNION ALL
  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, r.oid, a.attnum, 'column',
    r.nspname, r.relname, a.attname
  FROM rel r JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid
  WHERE a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass, c.oid, 0, 'constraint',
    r.nspname, r.relname, c.conname
  FROM rel r JOIN pg_catalog.pg_constraint c ON c.conrelid = r.oid
  UNION ALL
  SELECT 'pg_catalog.pg_trigger'::pg_catalog.regclass, g.oid, 0, 'trigger',
    r.nspname, r.relname, g.tgname
  FROM rel r JOIN pg_catalog.pg_trigger g ON g.tgrelid = r.oid
  UNION ALL
  SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, 0, 'type', t.nspname,
    t.typname, '' FROM types t
  UNION ALL
  SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid, 0, p.word, p.nspname, '',
    p.title FROM routines p
  UNION ALL
  SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass, n.oid, 0, 'schema', n.nspname,
    '', '' FROM spaces n
) c JOIN pg_catalog.pg_description d
  ON d.classoid = c.class AND d.objoid = c.oid AND d.objsubid = c.sub
WHERE NOT (c.word = 'schema' AND c.nspname = 'public')
