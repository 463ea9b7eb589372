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
      statements = {
        { state = "present", line = 1 }, { state = "present", line = 4 }, { state = "absent", line = 9 },
      },
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
    { "that may run again", { permitted = { "rolled_back" } }, "rolled_back", "all of it can run again over that" },
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
      "statements 1 and 2 (lines 1 and 4): ran; statement 3 (line 9): did not run",
      "left over: invalid index User_email_idx",
      "unstick explain 20240102000000_example",
    }) do
      assert.truthy(reason:find(words, 1, true), reason)
    end
  end)

  local function state_of(statements, state)
    return decide(partial({ evidence = { state = state or "partial", applied_prefix = { min = 1, max = 9 },
      statements = statements } })).reason
  end

  it("folds what is alike", function()
    local statements = {}
    for i = 1, 20 do
      statements[i] = { line = 2 * i, state = i <= 14 and "present" or i == 15 and "unknown" or "absent" }
    end
    local reason = state_of(statements)
    assert.truthy(reason:find("statements 1 to 14 (lines 2 to 28): ran; statement 15 (line 30): can't be told; "
      .. "statements 16 to 20 (lines 32 to 40): did not run", 1, true), reason)
  end)

  it("is told by what is there where no point of the script fits", function()
    local reason = state_of({
      { state = "present", line = 1 }, { state = "conflict", line = 2 }, { state = "absent", line = 3 },
      { state = "unobservable", line = 4 }, { state = "unknown", line = 5 },
    }, "diverged")
    assert.truthy(reason:find("statement 1 (line 1): there; statement 2 (line 2): neither there nor undone; "
      .. "statement 3 (line 3): not there; statement 4 (line 4): leaves no trace; statement 5 (line 5): can't be told",
      1, true), reason)
  end)

  it("ends, however it alternates", function()
    local statements = {}
    for i = 1, 160 do
      statements[i] = { line = i, state = i % 2 == 0 and "present" or "absent" }
    end
    local reason = state_of(statements)
    assert.truthy(reason:find("statement 12 (line 12): ran; and so on", 1, true), reason)
    assert.falsy(reason:find("statement 13", 1, true), reason)
  end)

  it("says why it can't run again", function()
    local reason = decide(partial({ evidence = {
      state = "partial", applied_prefix = { min = 1, max = 1 }, rerun_why = "statement 1 adds its rows again",
      statements = { { state = "present", line = 1 }, { state = "absent", line = 2 } },
    } })).reason
    assert.truthy(reason:find("only the first of 2 statements ran", 1, true), reason)
    assert.truthy(reason:find("top isn't known to be safe: statement 1 adds its rows again", 1, true), reason)
  end)

  it("names what forbids it where it could run again", function()
    local reason = decide(partial({
      evidence = { state = "partial", applied_prefix = { min = 1, max = 1 }, reruns = true },
      not_permitted = { rolled_back = "another record says that it is applied" },
    })).reason
    assert.truthy(reason:find("another record says that it is applied", 1, true), reason)
  end)

  it("says where it failed", function()
    local reason = decide(partial({ evidence = { error = { message = "no", statement = 3, line = 11 } } })).reason
    assert.truthy(reason:find([[said "no" at statement 3, line 11;]], 1, true), reason)
  end)

  local ranges = {
    { { state = "partial", applied_prefix = { min = 1, max = 3 } }, "between 1 and 3 of 3 statements ran" },
    { { state = "partial", prefixes = { 0, 3 }, applied_prefix = { min = 0, max = 3 } },
      "either nothing or all of it ran" },
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
