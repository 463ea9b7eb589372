-- Somebody is still at it. A running migration looks exactly like a failed one, and
-- touching it is the worst mistake there is: wait for as long as the run may.

---@type unstick.Policy
local policy = { summary = "Waits until nobody is at it any more." }

---@param case unstick.Case
---@return string
local function who(case)
  local running = case.evidence.running
  if running == nil then
    return "other sessions can't be seen, and one may be running it (grant pg_monitor to be sure)"
  end
  local session = running[1]
  if session == nil then
    return "another session may be running it"
  end
  return ("session %s (%s) is still at it: %s"):format(
    session.pid or "?", session.application or "no name", session.why or session.state or "active")
end

function policy.in_progress(case)
  return verdict.wait(5, who(case))
end

return policy
