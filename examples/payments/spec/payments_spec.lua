-- What policies/payments.lua answers; run by busted from the project's folder.
-- luacheck: std lua54+busted

local unstick = require("unstick")
local decide = unstick.policy("policies/payments.lua", { with = { tables = { "Payment" } } })

local fee = { index = 1, line = 2, kind = "UPDATE", sql = 'UPDATE "Payment" SET "fee" = 30', state = "unknown" }
local tag = { index = 1, line = 1, kind = "UPDATE", sql = 'UPDATE "Tag" SET "color" = 1', state = "unknown" }

describe("payments", function()
  local rows = {
    { "a payment that may have run", { evidence = { statements = { fee } } }, "stop" },
    { "another table", { evidence = { statements = { tag } } }, nil },
    { "a payment that is all there", { permitted = { "applied" }, evidence = { statements = { fee } } }, nil },
    { "a script that can't be read", { evidence = { statements = unstick.null } }, nil },
  }
  for _, row in ipairs(rows) do
    local name, case, want = table.unpack(row, 1, 3)
    it(("answers %s with %s"):format(name, want or "no opinion"), function()
      local answer, guard = decide(unstick.case(case))
      assert.equal(want, answer and answer.action)
      assert.is_true(answer == nil or guard.allowed)
    end)
  end
end)

-- A real incident, written down by `unstick explain 20260518093000_fees --record ...`.
describe("the interrupted fees", function()
  local case = unstick.case_from("spec/cases/interrupted_fees.json")

  it("are left to the team by the project", function()
    local answer, guard = unstick.project()(case)
    assert.equal("stop", answer.action)
    assert.truthy(answer.reason:find("#payments-oncall", 1, true))
    assert.is_true(guard.allowed)
  end)

  it("would run again without the project's policy", function()
    assert.equal("rolled_back", unstick.policy("timeout")(case).action)
  end)
end)
