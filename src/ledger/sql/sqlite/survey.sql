-- Is this Prisma 8's database, and is the ledger there? Prisma 8's marker was called
-- prisma_contract_marker before it was _prisma_marker.
SELECT
  EXISTS (SELECT 1 FROM sqlite_master WHERE name IN ('_prisma_marker', 'prisma_contract_marker')),
  EXISTS (SELECT 1 FROM sqlite_master WHERE name = '_prisma_migrations' COLLATE NOCASE)
