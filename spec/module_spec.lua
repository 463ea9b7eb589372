local unstick = require("unstick")

local function policy(text, options)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  assert(file:write(text))
  assert(file:close())
  finally(function() os.remove(path) end)
  return unstick.policy(path, options), path
end

describe("the module", function()
  it("asks a file", function()
    local decide, path = policy("return { any = function(case, _, with)\n"
      .. "  return verdict.wait(with.seconds, case.name)\nend }", { with = { seconds = 7 } })
    assert.same({ action = "wait", reason = "20240102000000_example", seconds = 7, override = false,
      policy = path, line = 2 }, decide(unstick.case({})))
  end)

  it("takes a plain table for a case", function()
    assert.equal("wait", unstick.policy("in_progress")({ kind = "in_progress" }).action)
  end)

  it("answers nil when the policy has no opinion", function()
    assert.is_nil(policy("return { any = function() end }")({}))
  end)

  it("shows where a policy broke", function()
    local verdict = policy("return { any = function(case)\n  return case.nam\nend }")({})
    assert.equal("stop", verdict.action)
    assert.equal(2, verdict.line)
    assert.truthy(verdict.reason:find("did you mean 'name'?", 1, true))
    assert.truthy(verdict.trace:find("stack traceback", 1, true))
  end)

  it("keeps a policy within its limits", function()
    local decide = policy("return { any = function() while true do end end }", { instructions = 10000 })
    assert.truthy(decide({}).reason:find("10000 instructions", 1, true))
  end)

  it("is what the definitions for editors say", function()
    local named, there = {}, {}
    for line in io.lines("policies/meta/unstick.lua") do
      named[line:match("^function unstick%.([%w_]+)%(") or line:match("^%-%-%-@field (null) ") or 1] = true
    end
    named[1] = nil
    for name in pairs(unstick) do
      there[name] = true
    end
    assert.same(there, named)
  end)

  it("takes null where a value may be unknown, and {} for a list", function()
    local decide = policy("return { any = function(case) return verdict.stop(tostring(case.evidence.edited) .. "
      .. "tostring(case.evidence.atomic) .. #case.evidence.prefixes) end }")
    assert.equal("nilnil0",
      decide({ evidence = { edited = unstick.null, atomic = unstick.null, prefixes = {} } }).reason)
  end)

  local bold = "return { any = function() return { action = 'applied', reason = 'x', override = true } end }"

  it("gives the guard's word beside the answer", function()
    local decide = policy(bold)
    local _, guard = decide({ permitted = { "applied" } })
    assert.same({ allowed = true, overridden = false, why = "the case permits it" }, guard)
    _, guard = decide({ not_permitted = { applied = "2 of 3 statements ran" } })
    assert.is_false(guard.allowed)
    assert.truthy(guard.why:find("2 of 3 statements ran; override needs", 1, true))
    _, guard = decide({ kind = "in_progress" })
    assert.truthy(guard.why:find("where somebody may be at it", 1, true))
  end)

  it("lets an override past the guard where it may", function()
    local decide = policy(bold, { allow_override = true })
    local _, guard = decide({})
    assert.is_true(guard.allowed and guard.overridden)
    _, guard = decide({ kind = "in_progress" })
    assert.is_false(guard.allowed)
  end)

  it("knows which name a rename may give", function()
    local decide = policy("return { any = function(case) return verdict.rename(case.evidence.why, 'x') end }")
    local candidate = { name = "b", same_checksum = true, same_timestamp = true, same_place = true, only_match = true,
      distance = 1 }
    for to, allowed in pairs({ b = true, c = false }) do
      local _, guard = decide({ permitted = { "rename" }, evidence = { why = to, candidates = { candidate } } })
      assert.equal(allowed, guard.allowed)
    end
  end)

  it("decides a recorded case", function()
    local case = unstick.case_from("examples/payments/spec/cases/interrupted_fees.json")
    local answer, guard = unstick.policy("timeout")(case)
    assert.equal("rolled_back", answer.action)
    assert.truthy(guard.allowed and guard.why:find("can run again over that", 1, true), guard.why)
    answer, guard = policy("return { any = function() return verdict.applied('x') end }")(case)
    assert.equal("applied", answer.action)
    assert.same({ allowed = false, overridden = false, why = "whether its one statement ran isn't known" }, guard)
  end)

  local mistakes = {
    { "an unknown field", function() unstick.case({ nam = "x" }) end, "did you mean 'name'?" },
    { "an unknown field below", function() unstick.case({ evidence = { prefix = {} } }) end, "did you mean" },
    { "an unknown field in a list", function() unstick.case({ records = { { log = "" } } }) end, "'logs'" },
    { "a function", function() unstick.case({ name = print }) end, "a function is no data" },
    { "half a list", function() unstick.case({ permitted = { "stop", x = 1 } }) end, "both a list" },
    { "a table in itself", function()
      local t = {}
      t.t = t
      unstick.case({ not_permitted = t })
    end, "too deep" },
    { "an unknown kind", function() unstick.policy("timeout")({ kind = "timeot" }) end,
      "`kind` can't be 'timeot'; did you mean 'timeout'?" },
    { "a text where a list belongs", function() unstick.case({ permitted = "stop" }) end,
      "`permitted` has to be a list, not a text" },
    { "a misspelt action", function() unstick.case({ permitted = { "stop", "aplied" } }) end,
      "`permitted[2]` can't be 'aplied'; did you mean 'applied'?" },
    { "an action that is none", function() unstick.case({ not_permitted = { fly = "no wings" } }) end,
      "`not_permitted` can't be 'fly', only one of rolled_back, applied," },
    { "no reason", function() unstick.case({ not_permitted = { applied = false } }) end,
      "has to say why not 'applied' in a text, not true or false" },
    { "a text for a number", function() unstick.case({ evidence = { prefixes = { 0, "1" } } }) end,
      "`evidence.prefixes[2]` has to be a whole number, not a text" },
    { "half a statement", function() unstick.case({ evidence = { prefixes = { 0.5 } } }) end,
      "`evidence.prefixes[1]` has to be a whole number, not a number" },
    { "one record that is no list", function() unstick.case({ records = { logs = "x" } }) end,
      "`records` has to be a list, not an object" },
    { "a list for one thing", function() unstick.case({ evidence = { error = { { code = "1" } } } }) end,
      "`evidence.error` has to be an object, not a list" },
    { "a state that no statement has", function()
      unstick.case({ evidence = { statements = { { state = "gone" } } } })
    end,
      "`evidence.statements[1].state` can't be 'gone', only one of present," },
    { "null where something is always known", function() unstick.case({ name = unstick.null }) end,
      "`name` has to be a text, not null" },
    { "an unknown option", function() unstick.policy("timeout", { memry = 1 }) end, "no option 'memry'" },
    { "an unknown built-in policy", function() unstick.policy("timeot") end, "no built-in policy 'timeot'" },
    { "a missing file", function() unstick.policy("no/such.lua") end, "no/such.lua" },
    { "no file at all", function() unstick.policy() end, "string expected" },
    { "a list for a case", function() unstick.case({ "x" }) end, "a list is no case" },
    { "a missing recording", function() unstick.case_from("no/such.json") end, "no/such.json" },
    { "something else for a recording", function() unstick.case_from("README.md") end, "README.md:1: not JSON" },
    { "a missing project", function() unstick.project("no/unstick.yaml") end, "no such file" },
    { "a policy that was released", function()
      local gone = unstick.policy("timeout")
      getmetatable(gone).__gc(gone)
      gone({})
    end, "it was released" },
    { "something else for a case", function() unstick.policy("timeout")(5) end, "unstick.Case expected" },
  }
  for _, row in ipairs(mistakes) do
    local name, mistake, words = table.unpack(row)
    it("refuses " .. name, function()
      local ok, why = pcall(mistake)
      assert.is_false(ok)
      assert.truthy(tostring(why):find(words, 1, true), why)
    end)
  end
end)
