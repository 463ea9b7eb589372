-- All records, in Prisma's order: that of the stored values, so numbers come before text.
-- A true order by time would differ from what Prisma sees in a table of mixed forms.
SELECT id, checksum, migration_name, started_at, finished_at, rolled_back_at,
  applied_steps_count, logs
FROM :ledger
ORDER BY started_at
