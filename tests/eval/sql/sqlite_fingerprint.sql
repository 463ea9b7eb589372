-- What a migration can change in the schema, one fact a row, and how many rows are in the
-- tables a rebuild works with. Texts are compared only where nothing else shows the
-- meaning: another way to write the same table is no difference. Nor is the drift.
WITH things AS (
	SELECT type, name, tbl_name, sql,
		lower(replace(replace(replace(replace(replace(replace(replace(replace(coalesce(sql, ''),
			', unstick_drift_1 INTEGER', ''), ', unstick_drift_2 INTEGER', ''),
			', unstick_drift_3 INTEGER', ''),
			' ', ''), char(9), ''), char(10), ''), char(13), ''), '"', '')) AS plain
	FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' AND name NOT LIKE 'unstick_drift%'
)
SELECT type || '|' || name || '|' || tbl_name ||
	CASE WHEN type <> 'table' OR plain LIKE '%check(%' OR plain LIKE '%collate%'
		OR plain LIKE '%autoincrement%' OR plain LIKE '%withoutrowid%' OR plain LIKE '%strict'
		OR plain LIKE '%generatedalways%' OR plain LIKE '%deferr%' OR plain LIKE '%onconflict%'
	THEN '|' || plain ELSE '' END AS fact FROM things
UNION ALL
SELECT 'column|' || t.name || '|' || (
		SELECT count(*) FROM pragma_table_xinfo(t.name) b
		WHERE b.cid < c.cid AND b.name NOT LIKE 'unstick_drift%')
	|| '|' || c.name || '|' || c.type || '|' || c."notnull"
	|| '|' || coalesce(c.dflt_value, '') || '|' || c.pk || '|' || c.hidden
FROM things t, pragma_table_xinfo(t.name) c
WHERE t.type IN ('table', 'view') AND c.name NOT LIKE 'unstick_drift%'
UNION ALL
SELECT 'reference|' || t.name || '|' || f."table" || '|' || f.seq || '|' || f."from" || '|' ||
	coalesce(f."to", '') || '|' || f.on_update || '|' || f.on_delete || '|' || f."match"
FROM things t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'
UNION ALL
SELECT 'index|' || t.name || '|' || CASE i.origin WHEN 'c' THEN i.name ELSE '' END || '|' ||
	i."unique" || '|' || i.origin || '|' || i.partial || '|' || x.seqno || '|' ||
	coalesce(x.name, '') || '|' || x."desc" || '|' || x.coll
FROM things t, pragma_index_list(t.name) i, pragma_index_xinfo(i.name) x
WHERE t.type = 'table' AND x.key AND i.name NOT LIKE 'unstick_drift%'
ORDER BY 1
