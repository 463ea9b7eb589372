-- Adds a line of ours to a record's logs; what is there already stays as it is.
UPDATE :ledger SET logs = coalesce(nullif(logs, '') || char(10), '') || ?2
WHERE id = ?1
