-- What the built-in policies tell an operator: what was found, and where to look.
-- Any policy can say require("builtin.words"), so a copy of a built-in one runs too.

local words = {}

local RUNS_TOLD = 12 -- of statements in the same state; `unstick explain` has them all

---Where the rest is told; the report adds what can be done by hand.
---@param case unstick.Case
---@return string
function words.see(case)
  return ("see `unstick explain %s`"):format(case.name)
end

---Of K = {0, n}: a range would sound as if anything between were possible.
---@param evidence unstick.Evidence
---@return boolean
local function is_all_or_nothing(evidence)
  local k, range = evidence.prefixes, evidence.applied_prefix
  return k ~= nil and #k == 2 and range.min == 0 and evidence.statements ~= nil and range.max == #evidence.statements
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
  elseif is_all_or_nothing(evidence) then
    return "either nothing or all of it ran"
  elseif prefix.max == 1 and prefix.min == 1 and of ~= "" then
    return ("only the first%s statements ran"):format(of)
  elseif prefix.min == prefix.max then
    return ("exactly the first %d%s statements ran"):format(prefix.min, of)
  end
  return ("between %d and %d%s statements ran"):format(prefix.min, prefix.max, of)
end

---Why it may run from the top, to go on from words.progress().
---@param case unstick.Case
---@return string
function words.again(case)
  if case.evidence.state == "none" then
    return "so it can run from the top"
  end
  return "and all of it can run again over that"
end

---All of it ran and another record says so: closing the failed one settles it.
---@param case unstick.Case
---@return boolean
function words.recorded_already(case)
  for _, record in ipairs(case.records) do
    if record.finished_at and not record.rolled_back_at then
      return case.evidence.state == "all" and case:permits("rolled_back")
    end
  end
  return false
end

---What the database said when the script failed, and where in it.
---@param case unstick.Case
---@return string
function words.error(case)
  local err = case.evidence.error
  if err == nil or err.message == nil then
    return "no error was recorded"
  end
  local where = err.statement and (" at statement %d"):format(err.statement) or ""
  if err.line then
    where = ("%s, line %d"):format(where == "" and " of the script" or where, err.line)
  end
  return ("the database said %q%s"):format(err.message, where)
end

-- A script of which no prefix fits was not run from the top: each statement is told
-- by what is there, not by what ran.
local by_prefix = { present = "ran", absent = "did not run" }
local by_itself = {
  present = "there", absent = "not there", conflict = "neither there nor undone", unobservable = "leaves no trace",
  unknown = "can't be told",
}

---"3", "3 and 4", "3 to 9"
---@param first integer
---@param last integer
---@param near boolean  Nothing lies between them.
---@return string
local function span(first, last, near)
  if first == last then
    return ("%d"):format(first)
  end
  return ("%d %s %d"):format(first, near and "and" or "to", last)
end

---"statements 2 to 4 (lines 7 to 12)"
---@param all unstick.Statement[]
---@param first integer
---@param last integer
---@return string
local function place(all, first, last)
  local near, from, to = last - first <= 1, all[first].line, all[last].line
  local many = first == last and "" or "s"
  local text = ("statement%s %s"):format(many, span(first, last, near))
  if from and to then
    text = ("%s (line%s %s)"):format(text, from == to and "" or "s", span(from, to, near))
  end
  return text
end

---"statements 1 and 2 (lines 1 and 4): ran; statement 3 (line 9): did not run"; empty
---where nothing can be told of any.
---@param case unstick.Case
---@return string
function words.statements(case)
  local told, all, first = {}, case.evidence.statements or {}, 1
  local diverged = case.evidence.state == "diverged"
  for index, statement in ipairs(all) do
    local state, following = statement.state, all[index + 1]
    if following == nil or following.state ~= state then
      local said = not diverged and by_prefix[state] or by_itself[state] or state
      table.insert(told, ("%s: %s"):format(place(all, first, index), said))
      first = index + 1
    end
  end
  if #told == 1 and all[1].state == "unknown" then
    return ""
  elseif #told > RUNS_TOLD then
    return table.concat(told, "; ", 1, RUNS_TOLD) .. "; and so on"
  end
  return table.concat(told, "; ")
end

---What keeps it from being settled, unless that is told already by what is left over.
---@param case unstick.Case
---@return string?
local function obstacle(case)
  local evidence = case.evidence
  if #evidence.leftovers > 0 then
    return nil
  elseif evidence.state == "none" then
    return case.not_permitted.rolled_back
  elseif evidence.state == "all" then
    return case.not_permitted.applied
  end
  if evidence.reruns then -- so it is something else: an applied record, a session
    return case.not_permitted.rolled_back
  end
  return evidence.rerun_why and "running it from the top isn't known to be safe: " .. evidence.rerun_why
end

---Everything that a person needs who has to finish it, or take it back.
---@param case unstick.Case
---@return string
function words.picture(case)
  local found = { words.error(case), words.progress(case) }
  local statements = words.statements(case)
  if statements ~= "" and case.evidence.state ~= "none" and case.evidence.state ~= "all" then
    table.insert(found, statements)
  end
  for _, leftover in ipairs(case.evidence.leftovers) do
    table.insert(found, "left over: " .. leftover)
  end
  table.insert(found, obstacle(case))
  table.insert(found, words.see(case))
  return table.concat(found, "; ")
end

return words
