---@meta unstick
-- What a policy may see, for lua-language-server; nothing runs this file. Every value
-- is read-only. A field that may be nil is unknown when it is nil: that is never the
-- same as 0, false or "".

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

---A policy file returns one. A handler that returns nil has no opinion: the next
---policy is asked.
---@class unstick.Policy
---@field summary string?  What it is for, in one sentence.
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
---@field memory integer?  Bytes.
---@field instructions integer?
---@field time_ms integer?

---Loads a policy; what it returns is called with a case.
---@param name string  A file, or the name of a built-in policy.
---@param options unstick.PolicyOptions?
---@return fun(case: table): unstick.Answer?
function unstick.policy(name, options) end

---An ordinary case with what is given in its place. A field no case has is an error.
---@param given table
---@return userdata
function unstick.case(given) end

---A verdict as it would be reported.
---@class unstick.Answer : unstick.Verdict
---@field policy string
---@field trace string?  Of a policy that broke.

return unstick
