-- Part of it ran and stayed. Unless it is complete after all, or may run from the top
-- over what is there, only a person can tell which half was meant.

local words = require("builtin.words")

---@type unstick.Policy
local policy = { summary = "Says exactly what a half applied migration left." }

function policy.partial_apply(case)
  local found = words.progress(case)
  if case:permits("applied") then
    return verdict.applied(found)
  end
  if not case:permits("rolled_back") then
    return verdict.stop(words.picture(case))
  end
  if case.attempts_left > 0 then
    return verdict.rolled_back(("%s, %s"):format(found, words.again(case)))
  end
  return verdict.stop(("it failed again after %d attempts; %s"):format(case.attempts, words.picture(case)))
end

return policy
