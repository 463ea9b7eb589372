-- Payments: what may have changed money is never run again, and a person is called early.
-- luacheck: read globals verdict

---@type unstick.Policy
local policy = {
  summary = "No second runs on payment tables.",
  settings = {
    tables = { type = "string[]", required = true, summary = "Whose rows are money." },
    call = { type = "string", default = "the payments team", summary = "Who decides instead." },
  },
}

---@param case unstick.Case
---@param tables string[]
---@return unstick.Statement?  The first one that names such a table and may have run.
local function dangerous(case, tables)
  for _, statement in ipairs(case.evidence.statements or {}) do
    for _, name in ipairs(tables) do
      if statement.state ~= "absent" and statement.sql:find('"' .. name .. '"', 1, true) then
        return statement
      end
    end
  end
end

---@param case unstick.Case
---@param with { tables: string[], call: string }
local function careful(case, _, with)
  local statement = dangerous(case, with.tables)
  if statement == nil or case:permits("applied") then
    return nil -- no money, or no doubt: the next policy decides
  end
  return verdict.stop(("line %d (%s) changes payments and may have run; ask %s, then `unstick resolve --applied %s` "
    .. "or `--rolled-back`"):format(statement.line, statement.kind, with.call, case.name))
end

policy.timeout = careful
policy.failure = careful
policy.partial_apply = careful

return policy
