-- What is shown is qualified from here on, whatever path the role has; live/end.sql
-- gives it back, in case the transaction isn't ours alone.
SELECT pg_catalog.set_config('unstick.search_path',
           pg_catalog.current_setting('search_path'), true),
       pg_catalog.set_config('search_path', 'pg_catalog', true)
