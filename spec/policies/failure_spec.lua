local unstick = require("unstick")
local decide = unstick.policy("failure")

describe("a migration whose SQL failed", function()
  local rows = {
    -- permitted, cause, edited, attempts left -> action, words of the reason
    { "that is complete", { "applied", "rolled_back" }, "syntax", false, 3, "applied", "all of it" },
    { "with a lasting cause", { "rolled_back" }, "syntax", false, 3, "stop", "fail the same way" },
    { "with a cause nobody knows", { "rolled_back" }, "unknown", false, 3, "stop", "fail the same way" },
    { "that was edited since", { "rolled_back" }, "syntax", true, 3, "rolled_back", "edited since it failed" },
    { "by the network", { "rolled_back" }, "network", false, 3, "rolled_back", "network" },
    { "by a lost connection", { "rolled_back" }, "connection", false, 1, "rolled_back", "connection" },
    { "by a lock", { "rolled_back" }, "lock", false, 3, "rolled_back", "lock" },
    { "by a timeout", { "rolled_back" }, "statement_timeout", false, 3, "rolled_back", "statement_timeout" },
    { "by a full disk", { "rolled_back" }, "resource", false, 3, "rolled_back", "resource" },
    { "by a crash", { "rolled_back" }, "crash", false, 3, "rolled_back", "crash" },
    { "by a constraint", { "rolled_back" }, "constraint_violation", false, 3, "stop", "duplicate key" },
    { "for want of rights", { "rolled_back" }, "permission", false, 3, "stop", "duplicate key" },
    { "on what exists already", { "rolled_back" }, "schema_conflict", false, 3, "stop", "correct it" },
    { "once too often", { "rolled_back" }, "lock", false, 0, "stop", "failed again after" },
    { "that was edited too often", { "rolled_back" }, "syntax", true, 0, "stop", "failed again after" },
    { "and can't run again", { "stop" }, "lock", false, 3, "stop", "duplicate key" },
    { "and was edited but can't run again", { "stop" }, "lock", true, 3, "stop", "duplicate key" },
  }
  for _, row in ipairs(rows) do
    local name, permitted, cause, edited, left, want, words = table.unpack(row)
    it(("%s ends in %s"):format(name, want), function()
      local verdict = decide(unstick.case({
        kind = "failure",
        cause = cause,
        attempts_left = left,
        permitted = permitted,
        not_permitted = { rolled_back = "it is not repeatable" },
        evidence = {
          state = want == "applied" and "all" or "none",
          edited = edited,
          error = { code = "23505", message = "duplicate key value" },
        },
      }))
      assert.equal(want, verdict.action)
      assert.truthy(verdict.reason:find(words, 1, true), verdict.reason)
    end)
  end

  it("names what is left over, and what cleans it", function()
    local verdict = decide(unstick.case({ kind = "failure", evidence = { state = "none", leftovers = {
      "the INVALID index User_email_key (DROP INDEX CONCURRENTLY \"User_email_key\")" } } }))
    assert.equal("stop", verdict.action)
    assert.truthy(verdict.reason:find("left over: the INVALID index User_email_key (DROP", 1, true), verdict.reason)
  end)

  it("runs over what is there only where that is permitted", function()
    local evidence = { state = "partial", prefixes = { 0, 1 }, applied_prefix = { min = 0, max = 1 },
      statements = { { state = "unknown" }, { state = "absent" } }, reruns = true }
    local case = { kind = "failure", cause = "lock", evidence = evidence, permitted = { "rolled_back" } }
    local verdict = decide(unstick.case(case))
    assert.equal("rolled_back", verdict.action)
    assert.truthy(verdict.reason:find("between 0 and 1 of 2 statements ran, and all of it can run again", 1, true),
      verdict.reason)
    case.permitted = nil
    assert.equal("stop", decide(unstick.case(case)).action)
  end)

  it("says where to look whenever it stops", function()
    local verdict = decide(unstick.case({ kind = "failure", name = "2024_x" }))
    assert.truthy(verdict.reason:find("unstick explain 2024_x", 1, true), verdict.reason)
  end)

  it("has nothing to say about other kinds", function()
    assert.is_nil(decide(unstick.case({ kind = "timeout" })))
  end)
end)
