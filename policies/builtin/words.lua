-- What the built-in policies tell an operator: what was found, and where to look.
-- Any policy can say require("builtin.words"), so a copy of a built-in one runs too.

local words = {}

---Where the rest is told; the report adds what can be done by hand.
---@param case unstick.Case
---@return string
function words.see(case)
  return ("see `unstick explain %s`"):format(case.name)
end

---How far the script got, as far as that is known.
---@param case unstick.Case
---@return string
function words.progress(case)
  local evidence = case.evidence
  local of = evidence.statements and (" of %d"):format(#evidence.statements) or ""
  local prefix = evidence.applied_prefix
  if evidence.state == "none" then
    return "nothing of it is in the database"
  elseif evidence.state == "all" then
    return "all of it is in the database"
  elseif evidence.state == "diverged" then
    return "the database matches no point of the script"
  elseif prefix == nil then
    return "how much of it ran isn't known"
  elseif prefix.min == prefix.max then
    return ("exactly the first %d%s statements ran"):format(prefix.min, of)
  end
  return ("between %d and %d%s statements ran"):format(prefix.min, prefix.max, of)
end

---All of it ran and another record says so: closing the failed one settles it.
---@param case unstick.Case
---@return boolean
function words.recorded_already(case)
  return case.evidence.state == "all" and case:permits("rolled_back")
end

---What the database said when the script failed.
---@param case unstick.Case
---@return string
function words.error(case)
  local err = case.evidence.error
  if err and err.message then
    return ("the database said %q"):format(err.message)
  end
  return "no error was recorded"
end

---"present: 1, 2, 5; absent: 3, 4"; empty when there are no statements to tell of.
---@param case unstick.Case
---@return string
function words.statements(case)
  local by_state, states = {}, {}
  for index, statement in ipairs(case.evidence.statements or {}) do
    local state = statement.state
    if not by_state[state] then
      by_state[state] = {}
      table.insert(states, state)
    end
    table.insert(by_state[state], index)
  end
  for i, state in ipairs(states) do
    states[i] = ("%s: %s"):format(state, table.concat(by_state[state], ", "))
  end
  return table.concat(states, "; ")
end

return words
