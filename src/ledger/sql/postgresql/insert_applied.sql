-- The row of `migrate resolve --applied`; applied_steps_count stays at its default, 0.
INSERT INTO :ledger (id, checksum, logs, started_at, finished_at, migration_name)
VALUES ($1, $2, '', $3, $3, $4)
