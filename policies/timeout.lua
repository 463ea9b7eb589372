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
  if words.recorded_already(case) then
    return verdict.rolled_back(found .. " and recorded as applied; the failed record is closed")
  end
  if not case:permits("rolled_back") then
    return verdict.stop(("it was interrupted (%s); %s"):format(case.cause, words.picture(case)))
  end
  if case.attempts_left > 0 then
    return verdict.rolled_back(("it was interrupted (%s); %s, %s"):format(case.cause, found, words.again(case)))
  end
  return verdict.stop(("it was interrupted again after %d attempts (%s); %s"):format(
    case.attempts, case.cause, words.picture(case)))
end

return policy
