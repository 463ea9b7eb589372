-- It was interrupted from outside: the script is not to blame, and trying again is
-- worth it while attempts are left.

local words = require("builtin.words")

---@type unstick.Policy
local policy = { summary = "Runs an interrupted migration again." }

function policy.timeout(case)
  local found = words.progress(case)
  if case:permits("applied") then
    return verdict.applied(found)
  end
  if not case:permits("rolled_back") then
    return verdict.stop(("it was interrupted; %s, and it can't simply run again (%s); %s"):format(
      found, case.not_permitted.rolled_back or "not permitted", words.next_step(case)))
  end
  if case.attempts_left > 0 then
    return verdict.rolled_back(("it was interrupted (%s); %s, so it can run again"):format(case.cause, found))
  end
  return verdict.stop(("it was interrupted again after %d attempts (%s), and no attempts are left; %s; %s"):format(
    case.attempts, words.error(case), found, words.next_step(case)))
end

return policy
