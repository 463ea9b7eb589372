---@meta unstick
-- What a policy may see, for lua-language-server; nothing runs this file. Every value
-- is read-only. A field that may be nil is unknown when it is nil: that is never the
-- same as 0, false or "".
--
-- `unstick policy api` prints it. At its end stands what is offered of Lua's own
-- library: with `"runtime.builtin": { "basic": "disable", "bit": "disable", "bit32":
-- "disable", "builtin": "enable", "coroutine": "disable", "debug": "disable", "io":
-- "disable", "math": "disable", "os": "disable", "package": "disable", "string":
-- "disable", "table": "disable", "utf8": "disable" }` in .luarc.json nothing else is
-- completed.

---@alias unstick.Action "rolled_back" | "applied" | "rename" | "wait" | "skip" | "stop"

---@alias unstick.Kind "in_progress" | "name_mismatch" | "partial_apply" | "timeout" | "failure"

---@alias unstick.Cause
---| "network"
---| "connection"
---| "lock"
---| "statement_timeout"
---| "schema_conflict"
---| "constraint_violation"
---| "syntax"
---| "permission"
---| "resource"
---| "crash"
---| "unknown"

---One row of _prisma_migrations.
---@class unstick.Record
---@field id string
---@field checksum string
---@field started_at string?
---@field finished_at string?
---@field rolled_back_at string?
---@field applied_steps_count integer?
---@field logs string?  Without unstick's own lines.

---What the database said when the script failed.
---@class unstick.Error
---@field code string?  SQLSTATE, or the database's own number.
---@field message string?
---@field statement integer?  Which statement of the script; nil if not certain.
---@field line integer?  Its line, likewise.

---A session that may still be at it.
---@class unstick.Running
---@field pid string?
---@field application string?
---@field state string?
---@field query string?
---@field query_age_seconds integer?
---@field holds_lock boolean
---@field why string?

---A folder that may be this migration, renamed.
---@class unstick.Candidate
---@field name string
---@field same_checksum boolean
---@field same_timestamp boolean
---@field same_place boolean  Both names sort between the same neighbours.
---@field only_match boolean  No other folder has its checksum, and no other missing name.
---@field distance integer  Edits between the names.

---@class unstick.Statement
---@field index integer
---@field line integer
---@field kind string  Its leading words: "CREATE TABLE".
---@field sql string
---@field state "present" | "absent" | "conflict" | "unobservable" | "unknown"
---@field why string?

---@class unstick.Range
---@field min integer
---@field max integer

---What is known about how far the script got. It may be nil or a range; it is never
---a guess.
---@class unstick.Evidence
---@field state "none" | "all" | "partial" | "unknown" | "diverged"
---@field proof "ledger" | "catalog" | "replay" | nil
---@field why string?  What it rests on, or why nothing is known.
---@field prefixes integer[]?  Every k for which "exactly the first k statements ran" agrees with what is there.
---@field applied_prefix unstick.Range?  The smallest and largest of them; nil if every k agrees, or none.
---@field reruns boolean  Whether the whole script is known to run from the top, whichever of prefixes is the true one.
---@field rerun_why string?  Why not; nil if it is, or nobody could tell.
---@field atomic boolean?  Whether the script ran as a whole or not at all.
---@field edited boolean?  Whether the script has changed since it was started.
---@field error unstick.Error?
---@field running unstick.Running[]?  nil: other sessions can't be seen.
---@field leftovers string[]  What a failed statement left that is neither its effect nor nothing, and what cleans it.
---@field candidates unstick.Candidate[]
---@field statements unstick.Statement[]?

---@class unstick.HistoryEntry
---@field name string
---@field state "applied" | "pending" | "failed" | "rolled_back" | "missing"
---@field edited boolean?

---A migration that needs a decision. Good during the call of the handler only.
---@class unstick.Case
---@field name string
---@field index integer?  Its place in the migrations directory; nil if it has no folder.
---@field directory string?
---@field kind unstick.Kind
---@field cause unstick.Cause
---@field records unstick.Record[]  Oldest first.
---@field attempts integer  How often unstick let it run again already.
---@field attempts_left integer
---@field age_seconds integer?  Since the newest failed record began.
---@field deadline_seconds number?  How long this run may still wait.
---@field evidence unstick.Evidence
---@field permitted unstick.Action[]
---@field not_permitted table<unstick.Action, string>  Why not.
---@field now string  The clock, as ISO 8601.
---@field history unstick.HistoryEntry[]
local Case = {}

---Whether the evidence allows an action.
---@param action unstick.Action
---@return boolean
function Case:permits(action) end

---A read-only look at the database, on a connection of its own.
---@class unstick.Db
local Db = {}

---Runs one reading statement in a read-only transaction of its own. Raises on any
---error, on more than 10,000 rows or 8 MiB.
---@param sql string  With parameters as $1 (PostgreSQL) or ? (SQLite).
---@param ... string | number | boolean | nil
---@return table<string, any>[] rows  By column name; NULL is nil.
function Db:query(sql, ...) end

---What a policy answers. Made by the functions of `verdict`, or a plain table.
---@class unstick.Verdict
---@field action unstick.Action
---@field reason string  One sentence a tired operator can act on; cut after 2000 bytes.
---@field override boolean?  Asks to get past the guard, where the configuration allows it.
---@field seconds number?  Of a wait.
---@field to string?  Of a rename.
---@field line integer?  Set by the functions of `verdict`.

---@alias unstick.Handler fun(case: unstick.Case, db: unstick.Db, with: table): unstick.Verdict?

---@alias unstick.SettingType
---| "boolean"
---| "integer"
---| "number"
---| "string"
---| "table"
---| "boolean[]"
---| "integer[]"
---| "number[]"
---| "string[]"
---| "table[]"

---What `with` in unstick.yaml may say, and what a handler's third argument then holds.
---@class unstick.Setting
---@field type unstick.SettingType
---@field default any?  Where unstick.yaml says nothing; none: nil.
---@field required boolean?  Then unstick.yaml has to say it.
---@field summary string?  For people.

---A policy file returns one. A handler that returns nil has no opinion: the next
---policy is asked.
---@class unstick.Policy
---@field summary string?  What it is for, in one sentence.
---@field settings table<string, unstick.Setting>?  By name. Without it anything may be set; with it, only these.
---@field in_progress unstick.Handler?
---@field name_mismatch unstick.Handler?
---@field partial_apply unstick.Handler?
---@field timeout unstick.Handler?
---@field failure unstick.Handler?
---@field any unstick.Handler?  For every kind without a handler.

---@class unstick.verdict
verdict = {}

---What `prisma migrate resolve --rolled-back` does: the next deploy runs the script
---from the top.
---@param reason string
---@return unstick.Verdict
function verdict.rolled_back(reason) end

---What `prisma migrate resolve --applied` does.
---@param reason string
---@return unstick.Verdict
function verdict.applied(reason) end

---Gives the ledger's records the name that the folder has now.
---@param to string
---@param reason string
---@return unstick.Verdict
function verdict.rename(to, reason) end

---Looks again later, with everything read anew; bounded by the run's deadline.
---@param seconds number
---@param reason string
---@return unstick.Verdict
function verdict.wait(seconds, reason) end

---Leaves it and goes on with the next case.
---@param reason string
---@return unstick.Verdict
function verdict.skip(reason) end

---Leaves it and ends the run: a person has to look.
---@param reason string
---@return unstick.Verdict
function verdict.stop(reason) end

---@class unstick.log
log = {}

---@param text string
function log.info(text) end

---@param text string
function log.warn(text) end

---The Lua module, for specs: `local unstick = require("unstick")`.
---@class unstick
---@field null any  Unknown, where unstick.case knows something.
local unstick = {}

---@class unstick.PolicyOptions
---@field with table?
---@field allow_override boolean?  As in unstick.yaml.
---@field memory integer?  Bytes.
---@field instructions integer?
---@field time_ms integer?

---Loads a policy; what it returns is called with a case.
---@param name string  A file, or the name of a built-in policy.
---@param options unstick.PolicyOptions?
---@return unstick.Decide
function unstick.policy(name, options) end

---Loads all policies of an unstick.yaml, as a run asks them: with their settings, in
---their order, the built-in ones last.
---@param config string?  unstick.yaml unless said otherwise.
---@return unstick.Decide
function unstick.project(config) end

---What the policies answer, and what the guard says to it; nil: they have no opinion.
---@alias unstick.Decide fun(case: userdata | table): unstick.Answer?, unstick.Guard?

---An ordinary case with what is given in its place. A field no case has is an error.
---@param given table
---@return userdata
function unstick.case(given) end

---A case that `unstick explain NAME --record FILE` wrote.
---@param file string
---@return userdata
function unstick.case_from(file) end

---The guard's word on a verdict.
---@class unstick.Guard
---@field allowed boolean
---@field overridden boolean  Allowed only because of `override`.
---@field why string

---A verdict as it would be reported.
---@class unstick.Answer : unstick.Verdict
---@field policy string
---@field trace string?  Of a policy that broke.

-- What is offered of Lua's own library, and nothing else of it: see docs/policies.md,
-- "The sandbox".

---@generic T
---@param v? T
---@param message? any
---@return T
---@return any ...
function assert(v, message, ...) end

---@param message any
---@param level? integer
function error(message, level) end

---@generic T: table, V
---@param t T
---@return fun(table: V[], i?: integer): integer, V
---@return T
---@return integer i
function ipairs(t) end

---@generic K, V
---@param table table<K, V>
---@param index? K
---@return K?
---@return V?
function next(table, index) end

---@generic T: table, K, V
---@param t T
---@return fun(table: table<K, V>, index?: K): K, V
---@return T
function pairs(t) end

---Catches errors, but no limit of unstick's.
---@param f fun(...): any
---@return boolean success
---@return any result
---@return any ...
function pcall(f, ...) end

---A file below the policy's own folder ("lib.payments"), or "builtin.words".
---@param name string
---@return any
function require(name) end

---@param index integer | "#"
---@return any
function select(index, ...) end

---@param e any
---@param base? integer
---@return number?
function tonumber(e, base) end

---@param v any
---@return string
function tostring(v) end

---@param v any
---@return "nil" | "number" | "string" | "boolean" | "table" | "function" | "userdata"
function type(v) end

---Catches errors, but no limit of unstick's.
---@param f fun(...): any
---@param handler fun(message: any): any
---@return boolean success
---@return any result
---@return any ...
function xpcall(f, handler, ...) end

---@class stringlib
string = {}

---@param s string
---@param i? integer
---@param j? integer
---@return integer ...
function string.byte(s, i, j) end
---@param ... integer
---@return string
function string.char(...) end
---@param s string
---@param pattern string
---@param init? integer
---@param plain? boolean
---@return integer? first
---@return integer? last
---@return string ... captured
function string.find(s, pattern, init, plain) end
---@param s string
---@return string
function string.format(s, ...) end
---@param s string
---@param pattern string
---@param init? integer
---@return fun(): string, ...
function string.gmatch(s, pattern, init) end
---@param s string
---@param pattern string
---@param repl string | number | table | function
---@param n? integer
---@return string
---@return integer count
function string.gsub(s, pattern, repl, n) end
---@param s string
---@return integer
function string.len(s) end
---@param s string
---@return string
function string.lower(s) end
---@param s string
---@param pattern string
---@param init? integer
---@return string? ...
function string.match(s, pattern, init) end
---@param format string
---@return string
function string.pack(format, ...) end
---@param format string
---@return integer
function string.packsize(format) end
---@param s string
---@param n integer
---@param separator? string
---@return string
function string.rep(s, n, separator) end
---@param s string
---@return string
function string.reverse(s) end
---@param s string
---@param i integer
---@param j? integer
---@return string
function string.sub(s, i, j) end
---@param format string
---@param s string
---@param position? integer
---@return any ...
function string.unpack(format, s, position) end
---@param s string
---@return string
function string.upper(s) end

---@class tablelib
table = {}

---@param list table
---@param separator? string
---@param i? integer
---@param j? integer
---@return string
function table.concat(list, separator, i, j) end
---@overload fun(list: table, value: any)
---@param list table
---@param position integer
---@param value any
function table.insert(list, position, value) end
---@param a1 table
---@param f integer
---@param e integer
---@param t integer
---@param a2? table
---@return table
function table.move(a1, f, e, t, a2) end
---@return table
function table.pack(...) end
---@param list table
---@param position? integer
---@return any
function table.remove(list, position) end
---@generic T
---@param list T[]
---@param before? fun(a: T, b: T): boolean
function table.sort(list, before) end
---@generic T
---@param list T[]
---@param i? integer
---@param j? integer
---@return T ...
function table.unpack(list, i, j) end

---@class mathlib
---@field huge number
---@field maxinteger integer
---@field mininteger integer
---@field pi number
math = {}

---@param x number
---@return number
function math.abs(x) end
---@param x number
---@return number
function math.acos(x) end
---@param x number
---@return number
function math.asin(x) end
---@param y number
---@param x? number
---@return number
function math.atan(y, x) end
---@param x number
---@return integer
function math.ceil(x) end
---@param x number
---@return number
function math.cos(x) end
---@param x number
---@return number
function math.deg(x) end
---@param x number
---@return number
function math.exp(x) end
---@param x number
---@return integer
function math.floor(x) end
---@param x number
---@param y number
---@return number
function math.fmod(x, y) end
---@param x number
---@param base? number
---@return number
function math.log(x, base) end
---@param x number
---@param ... number
---@return number
function math.max(x, ...) end
---@param x number
---@param ... number
---@return number
function math.min(x, ...) end
---@param x number
---@return number whole
---@return number fraction
function math.modf(x) end
---@param x number
---@return number
function math.rad(x) end
---@param x number
---@return number
function math.sin(x) end
---@param x number
---@return number
function math.sqrt(x) end
---@param x number
---@return number
function math.tan(x) end
---@param x any
---@return integer?
function math.tointeger(x) end
---@param x any
---@return "integer" | "float" | nil
function math.type(x) end
---@param m integer
---@param n integer
---@return boolean
function math.ult(m, n) end

---@class utf8lib
---@field charpattern string
utf8 = {}

---@param ... integer
---@return string
function utf8.char(...) end
---@param s string
---@param i? integer
---@param j? integer
---@param lax? boolean
---@return integer ...
function utf8.codepoint(s, i, j, lax) end
---@param s string
---@param lax? boolean
---@return fun(s: string, i?: integer): integer, integer
function utf8.codes(s, lax) end
---@param s string
---@param i? integer
---@param j? integer
---@param lax? boolean
---@return integer?
---@return integer? position
function utf8.len(s, i, j, lax) end
---@param s string
---@param n integer
---@param i? integer
---@return integer?
function utf8.offset(s, n, i) end

return unstick
