-- The SQL itself failed. Another try is worth it only if something has changed: the
-- script, or a cause that passes by itself. The same script fails the same way.

local words = require("builtin.words")

---@type unstick.Policy
local policy = { summary = "Runs a failed migration again once there is a reason to." }

local passing = {
  network = true, connection = true, lock = true, statement_timeout = true, resource = true, crash = true,
}

---@param case unstick.Case
---@return string? reason  Why another try may end differently; nil if it won't.
local function reason_to_try(case)
  if case.evidence.edited then
    return "the script was edited since it failed"
  elseif passing[case.cause] then
    return ("its cause (%s) may have passed"):format(case.cause)
  end
end

function policy.failure(case)
  local found, reason = words.progress(case), reason_to_try(case)
  if case:permits("applied") then
    return verdict.applied(found)
  end
  if words.recorded_already(case) then
    return verdict.rolled_back(found .. " and recorded as applied; the failed record is closed")
  end
  if not case:permits("rolled_back") then
    return verdict.stop(words.picture(case))
  end
  if not reason then
    return verdict.stop(("%s; %s, but the same script %s fail the same way: correct it or what it ran "
      .. "into, then `unstick resolve --rolled-back %s`"):format(
      words.error(case), found, case.cause == "unknown" and "may" or "would", case.name))
  end
  if case.attempts_left > 0 then
    return verdict.rolled_back(("%s, %s, and %s"):format(found, words.again(case), reason))
  end
  return verdict.stop(("it failed again after %d attempts; %s"):format(case.attempts, words.picture(case)))
end

return policy
