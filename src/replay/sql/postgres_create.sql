-- $1: the scratch database's name. As the live one is: encoding, collation, provider.
-- Asked through jsonb because the columns differ: daticulocale is 15 and 16's,
-- datlocale 17's, daticurules came with 16.
SELECT pg_catalog.format('CREATE DATABASE %I TEMPLATE template0 ENCODING %L'
    ' LC_COLLATE %L LC_CTYPE %L%s', $1::text,
    pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, d.datctype,
    CASE j ->> 'datlocprovider'
      WHEN 'c' THEN ' LOCALE_PROVIDER libc'
      WHEN 'i' THEN pg_catalog.format(' LOCALE_PROVIDER icu ICU_LOCALE %L',
        coalesce(j ->> 'daticulocale', j ->> 'datlocale'))
        || coalesce(pg_catalog.format(' ICU_RULES %L', j ->> 'daticurules'), '')
      WHEN 'b' THEN pg_catalog.format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L',
        j ->> 'datlocale')
      ELSE '' END),
  pg_catalog.format('COMMENT ON DATABASE %I IS %L', $1::text,
    'unstick: scratch database of a replay for ' || d.datname
    || '; may be dropped while nobody is connected'),
  pg_catalog.format('DROP DATABASE IF EXISTS %I', $1::text),
  pg_catalog.pg_try_advisory_lock(('x' || pg_catalog.right($1::text, 16))::bit(64)::int8)
FROM pg_catalog.pg_database d, LATERAL pg_catalog.to_jsonb(d) j
WHERE d.datname = pg_catalog.current_database()
