-- Adds a line of ours to a record's logs; what is there already stays as it is.
UPDATE :ledger SET logs = concat(nullif(logs, '') || chr(10), $2::text)
WHERE id = $1
