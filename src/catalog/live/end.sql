SELECT pg_catalog.set_config('search_path',
           pg_catalog.current_setting('unstick.search_path'), true),
       pg_catalog.set_config('join_collapse_limit',
           pg_catalog.current_setting('unstick.join_collapse_limit'), true),
       pg_catalog.set_config('enable_hashjoin',
           pg_catalog.current_setting('unstick.enable_hashjoin'), true),
       pg_catalog.set_config('enable_mergejoin',
           pg_catalog.current_setting('unstick.enable_mergejoin'), true)
