-- What is shown is qualified from here on, whatever path the role has. A new session
-- spends its time planning: each query says the order of its joins itself, from the few
-- names it is asked for to rows found by index, and no other need be thought of.
-- live/end.sql gives everything back, in case the transaction isn't ours alone.
SELECT pg_catalog.set_config('unstick.search_path',
           pg_catalog.current_setting('search_path'), true),
       pg_catalog.set_config('search_path', 'pg_catalog', true),
       pg_catalog.set_config('unstick.join_collapse_limit',
           pg_catalog.current_setting('join_collapse_limit'), true),
       pg_catalog.set_config('join_collapse_limit', '1', true),
       pg_catalog.set_config('unstick.enable_hashjoin',
           pg_catalog.current_setting('enable_hashjoin'), true),
       pg_catalog.set_config('enable_hashjoin', 'off', true),
       pg_catalog.set_config('unstick.enable_mergejoin',
           pg_catalog.current_setting('enable_mergejoin'), true),
       pg_catalog.set_config('enable_mergejoin', 'off', true)
