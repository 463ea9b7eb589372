local unstick = require("unstick")
local decide = unstick.policy("name_mismatch")

local same = { name = "20240103_users", same_checksum = true, only_match = true }
local twin = { name = "20240104_users", same_checksum = true, only_match = false }
local other = { name = "20240102_user", same_checksum = false }

describe("a name without a folder", function()
  local rows = {
    { "one folder with its script, permitted", { same }, true, "rename", "20240103_users" },
    { "other folders beside it", { same, other }, true, "rename", "20240103_users" },
    { "two folders with its script", { twin, twin }, true, "stop", "git mv 20240104_users 20240102_users" },
    { "one, but not permitted", { same }, false, "stop", "they sort to different places" },
    { "only another script", { other }, true, "stop", "20240102_user (another script)" },
    { "no folder that resembles it", {}, true, "stop", "restore it from version control" },
  }
  for _, row in ipairs(rows) do
    local name, candidates, permitted, action, words = table.unpack(row)
    it(("and %s: %s"):format(name, action), function()
      local verdict = decide(unstick.case({
        kind = "name_mismatch",
        name = "20240102_users",
        evidence = { candidates = candidates },
        permitted = { permitted and "rename" or "skip", "stop" },
        not_permitted = not permitted and { rename = "they sort to different places" } or nil,
      }))
      assert.equal(action, verdict.action)
      assert.truthy((verdict.reason .. (verdict.to or "")):find(words, 1, true), verdict.reason)
      assert.equal(action == "rename" and words or nil, verdict.to)
    end)
  end
end)
