-- What @NAME@ answers. Run by `busted --lua=lua5.4`, from the folder of unstick.yaml.
-- luacheck: std lua54+busted

local unstick = require("unstick")
local decide = unstick.policy("@PATH@")

describe("@NAME@", function()
  local rows = {
    --@in_progress
    { "a migration that has just begun", { kind = "in_progress", age_seconds = 5 }, nil },
    { "one that takes for ever", { kind = "in_progress", age_seconds = 3600 }, "stop" },
    --@name_mismatch
    { "a folder that is gone", { kind = "name_mismatch" }, nil },
    { "a folder that was renamed", { kind = "name_mismatch", permitted = { "rename", "stop" },
      evidence = { candidates = { { name = "20240102000000_renamed", same_checksum = true, same_timestamp = true,
        same_place = true, only_match = true, distance = 7 } } } }, "rename" },
    --@partial_apply
    { "a script half of which ran", { kind = "partial_apply", evidence = { state = "partial" } }, "stop" },
    --@timeout
    { "an interruption that left nothing", { kind = "timeout", permitted = { "rolled_back", "stop" } }, "rolled_back" },
    { "an interruption too many", { kind = "timeout", permitted = { "rolled_back", "stop" }, attempts_left = 0 }, nil },
    --@failure
    { "a failure that ran to its end", { kind = "failure", permitted = { "applied", "stop" } }, "applied" },
    { "any other failure", { kind = "failure" }, nil },
    --@any
    { "a case with attempts left", { kind = "@ANY@" }, nil },
    { "a case without", { kind = "@ANY@", attempts = 3, attempts_left = 0 }, "stop" },
    --@end
  }
  for _, row in ipairs(rows) do
    local name, case, want = table.unpack(row, 1, 3)
    it(("answers %s with %s"):format(name, want or "no opinion"), function()
      local answer, guard = decide(unstick.case(case))
      assert.equal(want, answer and answer.action)
      if answer then
        assert.is_true(guard.allowed, guard.why)
      end
    end)
  end
end)
