SELECT pg_catalog.set_config('search_path',
           pg_catalog.current_setting('unstick.search_path'), true)
