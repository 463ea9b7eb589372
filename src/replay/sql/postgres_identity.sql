-- Which server this is, and which database of it: two servers don't start in the same
-- microsecond.
SELECT pg_catalog.pg_postmaster_start_time()::text, pg_catalog.current_database()::text,
  pg_catalog.current_setting('server_version_num')::int / 10000
