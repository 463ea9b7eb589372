local unstick = require("unstick")
local decide = unstick.policy("in_progress")

describe("a migration that somebody is still at", function()
  local rows = {
    {
      "says who holds the lock",
      { { pid = "42", application = "prisma", why = "holds Prisma's advisory lock" } },
      "session 42 (prisma) is still at it: holds Prisma's advisory lock",
    },
    { "manages without a name", { { state = "active" } }, "session ? (no name) is still at it: active" },
    { "can't name anybody", {}, "another session may be running it" },
    { "can't see the others", unstick.null, "other sessions can't be seen" },
  }
  for _, row in ipairs(rows) do
    local name, running, want = table.unpack(row)
    it("is waited for: " .. name, function()
      local verdict = decide(unstick.case({ kind = "in_progress", evidence = { running = running } }))
      assert.equal("wait", verdict.action)
      assert.equal(5, verdict.seconds)
      assert.truthy(verdict.reason:find(want, 1, true), verdict.reason)
    end)
  end
end)
