-- The ledger knows a name that no folder has. If exactly one folder has the same
-- script, the folder was renamed and the ledger can follow; else a person decides.

local words = require("builtin.words")

---@type unstick.Policy
local policy = { summary = "Follows a renamed folder." }

---@param case unstick.Case
---@return unstick.Candidate?
local function renamed_to(case)
  local found
  for _, candidate in ipairs(case.evidence.candidates) do
    if candidate.same_checksum and found then
      return nil
    elseif candidate.same_checksum then
      found = candidate
    end
  end
  return found
end

---@param case unstick.Case
---@return string
local function choices(case)
  local lines = {}
  for i, candidate in ipairs(case.evidence.candidates) do
    lines[i] = ("%s (%s)"):format(candidate.name, candidate.same_checksum and "the same script" or "another script")
  end
  if #lines == 0 then
    return ("no folder resembles it; next: restore the folder %s from version control, or %s"):format(
      case.name, words.next_step(case))
  end
  return ("folders that may be it: %s; next, in the migrations directory: `git mv %s %s`, or %s"):format(
    table.concat(lines, ", "), case.evidence.candidates[1].name, case.name, words.next_step(case))
end

function policy.name_mismatch(case)
  local candidate = renamed_to(case)
  if candidate and case:permits("rename") then
    return verdict.rename(candidate.name, ("its folder is called %s now, with the same script"):format(candidate.name))
  end
  return verdict.stop(("there is no folder %s, and it isn't renamed (%s); %s"):format(
    case.name, case.not_permitted.rename or "no folder has the same script", choices(case)))
end

return policy
