-- @NAME@: say here in a sentence what this policy decides, and what it never does.
-- luacheck: read globals verdict log

---@type unstick.Policy
local policy = { summary = "What @NAME@ is for, in a sentence." }

--@in_progress
---Somebody may still be at it.
---@param case unstick.Case
function policy.in_progress(case)
  if (case.age_seconds or 0) > 600 then
    return verdict.stop("it has been running for more than ten minutes; see who is at it")
  end
  return nil -- no opinion: the next policy is asked
end

--@name_mismatch
---The ledger knows a name that no folder has.
---@param case unstick.Case
function policy.name_mismatch(case)
  for _, folder in ipairs(case.evidence.candidates) do
    if folder.same_checksum and folder.only_match and case:permits("rename") then
      return verdict.rename(folder.name, "its folder was renamed, the script is the same")
    end
  end
  return nil -- no opinion: the next policy is asked
end

--@partial_apply
---Part of it ran and stayed.
---@param case unstick.Case
function policy.partial_apply(case)
  return verdict.stop(("half of it ran: see `unstick explain %s`"):format(case.name))
end

--@timeout
---It was interrupted from outside.
---@param case unstick.Case
function policy.timeout(case)
  if case:permits("rolled_back") and case.attempts_left > 0 then
    return verdict.rolled_back(("it was interrupted (%s) and can run from the top"):format(case.cause))
  end
  return nil -- no opinion: the next policy is asked
end

--@failure
---The SQL itself failed, or nobody knows why.
---@param case unstick.Case
function policy.failure(case)
  if case:permits("applied") then
    return verdict.applied("all of it is in the database")
  end
  return nil -- no opinion: the next policy is asked
end

--@any
---Every kind that this file has no handler for.
---@param case unstick.Case
function policy.any(case)
  if case.attempts_left == 0 then
    return verdict.stop(("it was tried %d times; a person has to look"):format(case.attempts))
  end
  return nil -- no opinion: the next policy is asked
end

--@end
return policy
