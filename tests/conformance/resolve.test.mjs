// `unstick resolve --applied|--rolled-back NAME` against the real `migrate resolve`, in every
// state a name can be in: the same success or failure, the same code, the same rows.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createDatabase, unavailable } from "./support/database.mjs";
import { auditOf, comparable } from "./support/ledger.mjs";
import { cli, engine } from "./support/prisma.mjs";
import { Project } from "./support/project.mjs";
import { unstick } from "./support/unstick.mjs";

const FIRST = "20240101000000_init";
const NAME = "20240102000000_add_age";
const BASELINE = "no ledger, other tables";
const OTHER = { postgresql: "sqlite", sqlite: "postgresql" };

const minute = (n) => new Date(Date.UTC(2024, 5, 1, 12, n, 30, 123));
const id = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const failed = { startedAt: minute(1), logs: "it's broken\n\nDatabase error code: 42701" };
const interrupted = { startedAt: minute(2), logs: null };
const rolledBack = { startedAt: minute(3), rolledBackAt: minute(4), logs: "broken" };
const applied = { startedAt: minute(5), finishedAt: minute(6), steps: 1 };
const byHand = { startedAt: minute(7), finishedAt: minute(7), logs: "" };
const both = { startedAt: minute(8), finishedAt: minute(9), rolledBackAt: minute(9), steps: 1 };

// `records` are those of NAME; without the key there is no ledger. The whole command line
// takes four times as long as the engine alone: it is asked where its codes are at stake.
const states = {
  [BASELINE]: { cli: true },
  "no ledger, no folder": { folder: (project) => project.removeFolder(NAME) },
  "no record": { cli: true, records: [] },
  "no record, no folder": { records: [], folder: (project) => project.removeFolder(NAME) },
  "one failed record": { cli: true, records: [failed] },
  "one interrupted record": { records: [interrupted] },
  "rolled back": { cli: true, records: [rolledBack] },
  applied: { cli: true, records: [applied] },
  "applied by hand": { records: [byHand] },
  "applied and rolled back": { records: [rolledBack, applied] },
  "applied and failed": { cli: true, records: [applied, failed] },
  "rolled back and failed": { records: [rolledBack, failed] },
  "two failed records": { records: [failed, interrupted] },
  "finished and rolled back in one record": { records: [both] },
  "finished and rolled back in one record, and failed": { records: [both, failed] },
  "failed, its folder missing": { cli: true, records: [failed], folder: (project) => project.removeFolder(NAME) },
  "failed, its folder without a script": { records: [failed], folder: (project) => project.removeScript(NAME) },
  "applied, its folder without a script": { records: [applied], folder: (project) => project.removeScript(NAME) },
  "failed, its script edited": { records: [failed], folder: (project) => project.write(NAME, "SELECT 2;\r\n") },
  "failed, for another provider": { cli: true, records: [failed], folder: (project, db) => project.lockTo(OTHER[db.provider]) },
  "applied, for another provider": { records: [applied], folder: (project, db) => project.lockTo(OTHER[db.provider]) },
  "failed, the name cut short": { records: [failed], asked: "20240102000000" },
  "failed, the name with its path": { records: [failed], asked: `prisma/migrations/${NAME}` },
  "failed, the name with a slash": { records: [failed], asked: `${NAME}/` },
};

const verbs = {
  applied: { engine: "applied", option: "--applied" },
  "rolled back": { engine: "rolledback", option: "--rolled-back" },
};

const resolvers = {
  unstick: (db, project, verb, name) => unstick(db, project, ["resolve", verbs[verb].option, name]),
  engine: (db, project, verb, name) => engine(db, project, verbs[verb].engine, name),
  cli: (db, project, verb, name) => cli(db, project, "resolve", verbs[verb].option, name),
};

/** The state, in a fresh project; gives the SQL that makes it in a fresh database. */
function enter(state, db, project, time) {
  const records = [{ ...applied, startedAt: minute(0), name: FIRST }].concat(state.records ?? []);
  const rows = records.map((record, n) => ({ name: NAME, id: id(n), checksum: project.checksum(record.name ?? NAME), ...record }));
  state.folder?.(project, db);
  return `CREATE TABLE of_the_application (id integer);${state.records ? db.ledgerSql(rows, time) : ""}`;
}

/**
 * The libsql adapter's engine can't do what the others can: create the ledger in `resolve
 * --applied` ("no such table: _prisma_migrations"). Its deploy can.
 */
async function helpAdapter(db) {
  const nothing = new Project(db.provider);
  assert.equal((await engine(db, nothing, "deploy")).exit, 0);
  nothing.remove();
}

/** What is there after `tool` has resolved NAME in that state. */
async function outcome(tool, db, state, verb, time) {
  const project = new Project(db.provider, { [FIRST]: "SELECT 1;\n", [NAME]: "SELECT 2;\n" });
  try {
    const sql = enter(state, db, project, time);
    await db.empty();
    if (tool === "engine" && db.provider === "sqlite" && verb === "applied" && state === states[BASELINE]) await helpAdapter(db);
    await db.sql(sql);
    const before = state.records ? await db.rows() : [];
    const { exit, code } = await resolvers[tool](db, project, verb, state.asked ?? NAME);
    return { exit, code, before, ...(await db.look()) };
  } finally {
    project.remove();
  }
}

const compared = ({ rows, before, ...rest }, forms) => ({ ...rest, rows: rows && comparable(rows, before, { forms }) });

/** One line of ours, on one of the records that were closed; none if none was. */
function checkAudit({ rows, before }, verb) {
  const open = new Set(before.filter((row) => !row.finished_at && !row.rolled_back_at).map((row) => row.id));
  const closed = (rows ?? []).filter((row) => open.has(row.id) && row.rolled_back_at);
  const noted = (rows ?? []).filter(auditOf);
  assert.equal(noted.length, closed.length ? 1 : 0);
  for (const row of noted) {
    assert.ok(closed.includes(row));
    assert.equal(auditOf(row).action, verb.replace(" ", "_"));
  }
}

/** On SQLite unstick writes times as it finds them: the adapter's text, or milliseconds. */
async function assertMilliseconds(db, state, verb, real) {
  const ours = await outcome("unstick", db, state, verb, db.time);
  assert.deepEqual(compared(ours), compared(real), "in a ledger of the native engine");
  checkAudit(ours, verb);
  const times = (ours.rows ?? []).flatMap((row) => [row.started_at, row.finished_at, row.rolled_back_at]);
  assert.ok(times.every((at) => at === null || Number.isInteger(at)), "all times stay milliseconds");
}

describe("resolve by hand", { concurrency: 2 }, () => {
  for (const [provider, title] of [["postgresql", "PostgreSQL"], ["sqlite", "SQLite"]]) {
    describe(title, { skip: unavailable(provider), concurrency: 1 }, () => {
      let db;
      before(async () => (db = await createDatabase(provider)));
      after(() => db?.remove());

      for (const [what, state] of Object.entries(states)) {
        for (const verb of Object.keys(verbs)) {
          it(`${what}: ${verb}`, async () => {
            const stored = provider === "sqlite" ? db.timeAsText : db.time;
            const forms = provider === "sqlite" && state.records !== undefined;
            const ours = await outcome("unstick", db, state, verb, stored);
            const real = await outcome("engine", db, state, verb, stored);
            assert.deepEqual(compared(ours, forms), compared(real, forms), "as Prisma 7's engine");
            checkAudit(ours, verb);
            if (provider === "sqlite") await assertMilliseconds(db, state, verb, real);
            if (provider === "postgresql" && state.cli) {
              assert.deepEqual(compared(ours), compared(await outcome("cli", db, state, verb, stored)), "as Prisma 6");
            }
          });
        }
      }
    });
  }
});
