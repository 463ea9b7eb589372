local unstick = require("unstick")
local decide = unstick.policy("timeout")

describe("an interrupted migration", function()
  local rows = {
    { "that in fact completed", { permitted = { "applied", "rolled_back" } }, "applied", "all of it" },
    { "that did nothing", { permitted = { "rolled_back" } }, "rolled_back", "interrupted (lock)" },
    { "that was edited", { permitted = { "rolled_back" }, evidence = { edited = true } }, "rolled_back" },
    { "too often", { permitted = { "rolled_back" }, attempts = 3, attempts_left = 0 }, "stop", "3 attempts" },
    { "that could be anywhere", { not_permitted = { rolled_back = "K isn't known" } }, "stop", "interrupted (lock)" },
    { "that is recorded as applied already", { permitted = { "rolled_back" }, evidence = { state = "all" } },
      "rolled_back", "the failed record is closed" },
    { "with nothing said", {}, "stop", "unstick explain 20240102000000_example" },
  }
  for _, row in ipairs(rows) do
    local name, case, want, words = table.unpack(row)
    it(("%s ends in %s"):format(name, want), function()
      case.kind, case.cause = "timeout", "lock"
      case.evidence = case.evidence or { state = want == "applied" and "all" or "none" }
      local verdict = decide(unstick.case(case))
      assert.equal(want, verdict.action)
      assert.truthy(verdict.reason:find(words or "", 1, true), verdict.reason)
    end)
  end
end)
