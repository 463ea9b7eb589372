-- What `migrate resolve` does to a failed record, for one that is still failed.
UPDATE :ledger SET rolled_back_at = ?2
WHERE id = ?1 AND finished_at IS NULL AND rolled_back_at IS NULL
