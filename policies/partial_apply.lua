-- Part of it ran and stayed. Unless it is complete after all, or may run from the top
-- over what is there, only a person can tell which half was meant.

local words = require("builtin.words")

---@type unstick.Policy
local policy = { summary = "Says exactly what a half applied migration left." }

---@param case unstick.Case
---@return string
local function picture(case)
  local found = { words.error(case), words.progress(case) }
  local statements = words.statements(case)
  if statements ~= "" then
    table.insert(found, "statements " .. statements)
  end
  for _, leftover in ipairs(case.evidence.leftovers or {}) do
    table.insert(found, "left over: " .. leftover)
  end
  return table.concat(found, "; ")
end

function policy.partial_apply(case)
  if case:permits("applied") then
    return verdict.applied(words.progress(case))
  end
  if not case:permits("rolled_back") then
    return verdict.stop(("%s; %s"):format(picture(case), words.see(case)))
  end
  if case.attempts_left > 0 then
    return verdict.rolled_back(words.progress(case) .. ", and the whole script may run again over it")
  end
  return verdict.stop(("it failed again after %d attempts; %s; %s"):format(
    case.attempts, picture(case), words.see(case)))
end

return policy
