SELECT pg_catalog.set_config(s.name, pg_catalog.current_setting('unstick.' || s.name), true)
FROM (VALUES ('search_path'), ('timezone'), ('datestyle'), ('intervalstyle'),
  ('extra_float_digits'), ('bytea_output'), ('xmlbinary'), ('quote_all_identifiers'),
  ('lc_monetary'), ('jit')) s (name)
