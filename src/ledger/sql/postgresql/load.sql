-- All records, in Prisma's order. Times are seconds since 1970, to the microsecond.
SELECT id, checksum, migration_name,
  extract(epoch FROM started_at), extract(epoch FROM finished_at),
  extract(epoch FROM rolled_back_at),
  applied_steps_count, logs
FROM :ledger
ORDER BY started_at
