-- The records of one name, held until the transaction ends. Columns as in load.sql.
SELECT id, checksum, migration_name,
  extract(epoch FROM started_at), extract(epoch FROM finished_at),
  extract(epoch FROM rolled_back_at),
  applied_steps_count, logs
FROM :ledger
WHERE migration_name = $1
ORDER BY started_at
FOR UPDATE
