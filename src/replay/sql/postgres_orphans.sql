-- Scratch databases whose unstick was killed, each as the statement that drops it:
-- ours by name, owner and comment (one that was killed before it could comment has
-- none), nobody connected, and nobody holding the lock that is taken before one is
-- made: pg_locks shows every database's.
SELECT pg_catalog.format('DROP DATABASE IF EXISTS %I', d.datname)
FROM pg_catalog.pg_database d
WHERE d.datname ~ '^unstick_shadow_[0-9a-f]{16}$'
  AND d.datdba = (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = current_user)
  AND coalesce(pg_catalog.shobj_description(d.oid, 'pg_database'), 'unstick: ')
    LIKE 'unstick: %'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks l
    WHERE l.locktype = 'advisory' AND l.objsubid = 1
      AND (l.classid::int8 << 32 | l.objid::int8)
        = ('x' || pg_catalog.right(d.datname, 16))::bit(64)::int8)
