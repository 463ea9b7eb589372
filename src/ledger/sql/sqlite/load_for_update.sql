-- The records of one name. The transaction has the whole file. Columns as in load.sql.
SELECT id, checksum, migration_name, started_at, finished_at, rolled_back_at,
  applied_steps_count, logs
FROM :ledger
WHERE migration_name = ?1
ORDER BY started_at
