-- The ledger knows a name that no folder has. If exactly one folder has the same
-- script, the folder was renamed and the ledger can follow; else a person decides.

local words = require("builtin.words")

---@type unstick.Policy
local policy = { summary = "Follows a renamed folder." }

---@param case unstick.Case
---@return unstick.Candidate?
local function renamed_to(case)
  for _, candidate in ipairs(case.evidence.candidates) do
    if candidate.same_checksum and candidate.only_match then
      return candidate
    end
  end
end

---@param case unstick.Case
---@return string
local function choices(case)
  local found = {}
  for i, candidate in ipairs(case.evidence.candidates) do
    found[i] = ("%s (%s)"):format(candidate.name, candidate.same_checksum and "the same script" or "another script")
  end
  if #found == 0 then
    return "no folder resembles it: restore it from version control"
  end
  return ("it may be %s: `git mv %s %s` takes the name back"):format(
    table.concat(found, " or "), case.evidence.candidates[1].name, case.name)
end

function policy.name_mismatch(case)
  local candidate = renamed_to(case)
  if candidate and case:permits("rename") then
    return verdict.rename(candidate.name, ("its folder is called %s now, with the same script"):format(candidate.name))
  end
  return verdict.stop(("there is no folder of this name (%s); %s; %s"):format(
    case.not_permitted.rename or "nothing has its script", choices(case), words.see(case)))
end

return policy
