local unstick = require("unstick")
local decide = unstick.policy("timeout")

describe("an interrupted migration", function()
  local rows = {
    { "that in fact completed", { permitted = { "applied", "rolled_back" } }, "applied", "all of it" },
    { "that did nothing", { permitted = { "rolled_back" } }, "rolled_back", "interrupted (lock)" },
    { "that was edited", { permitted = { "rolled_back" }, evidence = { edited = true } }, "rolled_back" },
    { "too often", { permitted = { "rolled_back" }, attempts = 3, attempts_left = 0 }, "stop", "3 attempts" },
    { "that could be anywhere", { not_permitted = { rolled_back = "K isn't known" } }, "stop", "interrupted (lock)" },
    { "that is recorded as applied already", { permitted = { "rolled_back" }, evidence = { state = "all" },
      records = { { finished_at = "2026-11-22T15:00:00Z" }, { logs = "x" } } },
      "rolled_back", "the failed record is closed" },
    { "that was edited but can run again", { permitted = { "rolled_back" },
      evidence = { state = "all", edited = true, reruns = true } }, "rolled_back", "all of it can run again" },
    { "that could be anywhere and can run again", { permitted = { "rolled_back" }, evidence = { state = "unknown",
      prefixes = { 0, 1, 2 }, statements = { {}, {} }, reruns = true } }, "rolled_back",
      "how much of it ran isn't known, and all of it can run again over that" },
    { "that left something over", { evidence = { state = "none", leftovers = { "INVALID index a; drop it" } } }, "stop",
      "left over: INVALID index a; drop it" },
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
