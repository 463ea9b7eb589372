UPDATE :ledger SET migration_name = $2
WHERE id = $1 AND migration_name = $3
