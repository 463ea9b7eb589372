local unstick = require("unstick")
local decide = unstick.policy("partial_apply")

local function partial(changes)
  local case = {
    kind = "partial_apply",
    evidence = {
      state = "partial",
      prefixes = { 2 },
      applied_prefix = { min = 2, max = 2 },
      error = { message = "relation \"x\" already exists" },
      statements = { { state = "present" }, { state = "present" }, { state = "absent" } },
      leftovers = { "invalid index User_email_idx" },
    },
    not_permitted = { rolled_back = "statement 1 can't run again" },
  }
  for name, value in pairs(changes) do case[name] = value end
  return unstick.case(case)
end

describe("a half applied migration", function()
  local rows = {
    { "that is complete after all", { permitted = { "applied" } }, "applied", "exactly the first 2 of 3" },
    { "that may run again", { permitted = { "rolled_back" } }, "rolled_back", "may run again over it" },
    { "that ran too often", { permitted = { "rolled_back" }, attempts_left = 0 }, "stop", "after 0 attempts" },
    { "that may not", {}, "stop", "unstick explain" },
  }
  for _, row in ipairs(rows) do
    local name, changes, want, words = table.unpack(row)
    it(("%s ends in %s"):format(name, want), function()
      local verdict = decide(partial(changes))
      assert.equal(want, verdict.action)
      assert.truthy(verdict.reason:find(words, 1, true), verdict.reason)
    end)
  end

  it("is described exactly", function()
    local reason = decide(partial({})).reason
    for _, words in ipairs({
      [[the database said "relation \"x\" already exists"]], "exactly the first 2 of 3 statements ran",
      "present: 1, 2; absent: 3", "left over: invalid index User_email_idx",
      "unstick explain 20240102000000_example",
    }) do
      assert.truthy(reason:find(words, 1, true), reason)
    end
  end)

  local ranges = {
    { { state = "partial", applied_prefix = { min = 1, max = 3 } }, "between 1 and 3 of 3 statements ran" },
    { { state = "diverged", prefixes = {}, applied_prefix = unstick.null }, "matches no point of the script" },
    { { state = "unknown", applied_prefix = unstick.null, why = "no privilege" }, "how much of it ran isn't known" },
  }
  for _, row in ipairs(ranges) do
    local evidence, words = table.unpack(row)
    it("may be " .. evidence.state .. ": " .. words, function()
      evidence.statements = { {}, {}, {} }
      for _, statement in ipairs(evidence.statements) do statement.state = "unknown" end
      local reason = decide(partial({ evidence = evidence })).reason
      assert.truthy(reason:find(words, 1, true), reason)
    end)
  end
end)
