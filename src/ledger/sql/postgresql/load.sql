-- All records, in Prisma's order. Times are microseconds since 1970, or text where there
-- is no such number (infinity).
SELECT id, checksum, migration_name,
  CASE WHEN isfinite(started_at) THEN (extract(epoch FROM started_at) * 1000000)::bigint::text ELSE started_at::text END,
  CASE WHEN isfinite(finished_at) THEN (extract(epoch FROM finished_at) * 1000000)::bigint::text ELSE finished_at::text END,
  CASE WHEN isfinite(rolled_back_at) THEN (extract(epoch FROM rolled_back_at) * 1000000)::bigint::text ELSE rolled_back_at::text END,
  applied_steps_count, logs
FROM :ledger
ORDER BY started_at
