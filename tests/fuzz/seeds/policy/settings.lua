return { settings = { n = { type = 'integer', default = 1 }, who = { type = 'string[]' } },
  any = function(case, db, with) pcall(db.query, db, 'select $1', with.n) return verdict.stop(case.evidense) end }
