-- What the wording of definitions depends on, the same for both databases; until the
-- transaction's end, or postgres_settings_back.sql.
SELECT pg_catalog.set_config('unstick.' || s.name,
    pg_catalog.current_setting(s.name), true),
  pg_catalog.set_config(s.name, s.value, true)
FROM (VALUES ('search_path', ''), ('timezone', 'UTC'), ('datestyle', 'ISO, YMD'),
  ('intervalstyle', 'iso_8601'), ('extra_float_digits', '1'), ('bytea_output', 'hex'),
  ('xmlbinary', 'base64'), ('quote_all_identifiers', 'off'),
  ('lc_monetary', 'C'), ('jit', 'off')) s (name, value)
