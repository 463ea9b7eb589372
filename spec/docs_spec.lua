-- Every example of docs/policies.md is run: as it stands there, in a project of its own.

local unstick = require("unstick")

---The examples in their order: { path, text }.
local function examples()
  local found = {}
  local file = assert(io.open("docs/policies.md"))
  local text = file:read("a")
  file:close()
  for path, body in text:gmatch("<!%-%- example (%S+) %-%->\n```%a+\n(.-)\n```") do
    found[#found + 1] = { path = path, text = body .. "\n" }
  end
  return found, text
end

local folder = os.tmpname()
os.remove(folder)

local function write(path, text)
  local full = folder .. "/" .. path
  assert(os.execute(("mkdir -p '%s'"):format(full:match("^(.*)/"))))
  local file = assert(io.open(full, "w"))
  assert(file:write(text))
  assert(file:close())
  return full
end

local function below(path)
  return path:find("/", 1, true) and folder .. "/" .. path or path
end

---The module, as a spec in that folder sees it.
local function module_below()
  return setmetatable({
    policy = function(path, options) return unstick.policy(below(path), options) end,
    project = function(path) return unstick.project(folder .. "/" .. path) end,
    case_from = function(path) return unstick.case_from(below(path)) end,
  }, { __index = unstick })
end

local statement = { index = 1, line = 4, kind = "DELETE", sql = 'DELETE FROM "Old"', state = "unknown" }

-- What each policy answers to what.
local answers = {
  ["policies/careful.lua"] = {
    { {}, "stop", "call Ada before touching 20240102000000_example" },
    { { kind = "timeout" }, nil },
  },
  ["policies/locks.lua"] = {
    { { kind = "timeout", cause = "lock", permitted = { "rolled_back" } }, "rolled_back" },
    { { kind = "timeout", cause = "lock" }, nil },
    { { kind = "timeout", cause = "crash", permitted = { "rolled_back" } }, nil },
  },
  ["policies/no_deletes.lua"] = {
    { { evidence = { statements = { statement } } }, "stop", "line 4" },
    { { kind = "partial_apply", evidence = { statements = unstick.null } }, nil },
  },
  ["policies/patience.lua"] = {
    { { kind = "in_progress", age_seconds = 2000 }, "stop" },
    { { kind = "in_progress", age_seconds = unstick.null }, "wait" },
    { { attempts = 3, attempts_left = 0 }, "stop", "failed 3 times" },
    { {}, nil },
  },
  ["policies/retry.lua"] = {
    with = { causes = { "lock" } },
    { { cause = "lock", permitted = { "rolled_back" } }, "rolled_back" },
    { { cause = "lock", permitted = { "rolled_back" }, attempts = 2 }, nil },
  },
  ["policies/daytime.lua"] = {
    { { kind = "partial_apply", now = "2026-11-22T03:00:00Z" }, "skip", "it is night" },
    { { kind = "partial_apply", now = "2026-11-22T12:00:00Z" }, nil },
  },
  ["policies/trusted.lua"] = {
    { { kind = "timeout", name = "20240102000000_backfill", not_permitted = { rolled_back = "K isn't known" } },
      "rolled_back", "K isn't known", true },
    { { kind = "timeout" }, nil },
  },
  -- What it does with a database is tried by the end to end tests.
  ["policies/late_payments.lua"] = {
    { { kind = "partial_apply", records = { { started_at = "2026-11-22T15:00:00Z" } } }, "stop",
      "no database to ask here" },
  },
}

describe("docs/policies.md", function()
  local found, text = examples()

  setup(function()
    for _, example in ipairs(found) do
      write(example.path, example.text)
    end
    local case = assert(io.open("examples/payments/spec/cases/interrupted_fees.json"))
    write("spec/cases/incident.json", case:read("a"))
    case:close()
  end)
  teardown(function() os.execute(("rm -r '%s'"):format(folder)) end)

  it("marks all of its examples", function()
    local _, blocks = text:gsub("\n```lua\n", "")
    local _, yaml = text:gsub("\n```yaml\n", "")
    assert.equal(blocks + yaml, #found)
  end)

  for _, example in ipairs(found) do
    local rows = answers[example.path]
    if rows then
      for i, row in ipairs(rows) do
        local case, want, words, override = table.unpack(row, 1, 4)
        it(("has %s answer its case %d"):format(example.path, i), function()
          local decide = unstick.policy(below(example.path), { with = rows.with, allow_override = override })
          local answer, guard = decide(unstick.case(case))
          assert.equal(want, answer and answer.action)
          assert.truthy(not words or answer.reason:find(words, 1, true), answer and answer.reason)
          assert.equal(override, answer and guard.overridden or override)
        end)
      end
    elseif example.path:find("_spec.lua$") then
      local env = setmetatable({
        require = function(name) return name == "unstick" and module_below() or require(name) end,
        unstick = nil,
      }, { __index = _ENV })
      describe(example.path, function()
        -- busted reads a spec's tests while it reads the spec: the files are needed now.
        write(example.path, example.text)
        for _, other in ipairs(found) do
          if other.path:find("^policies/") then
            write(other.path, other.text)
          end
        end
        assert(load(example.text, "@" .. example.path, "t", env))()
      end)
    elseif example.path == "unstick.yaml" then
      it("has an unstick.yaml that loads", function()
        assert.truthy(unstick.project(write("unstick.yaml", example.text)))
      end)
    else
      it(("uses %s in another example"):format(example.path), function()
        local name = example.path:match("^policies/(.*)%.lua$"):gsub("/", ".")
        assert.truthy(text:find(('require("%s")'):format(name), 1, true))
      end)
    end
  end
end)
