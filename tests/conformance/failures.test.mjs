// Real failures, made by the real engine, and what unstick says of them: what kind it is, why
// it happened, what the database said, and how far it got: in K, the prefixes that may have
// run, is always the one that did. Where that settles it, Prisma's own tools agree.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createDatabase, unavailable } from "./support/database.mjs";
import { backendGone, closeTable, endless, writerIn } from "./support/gate.mjs";
import { engine, engineGoing } from "./support/prisma.mjs";
import { Project } from "./support/project.mjs";
import { unstick } from "./support/unstick.mjs";

const INIT = "20240101000000_init";
const NAME = "20240102000000_fails";
const NEXT = "20240103000000_next";
const init = "CREATE TABLE a (id integer PRIMARY KEY NOT NULL);\n";

// Two statements each, so that how they are sent makes a difference. `said` is the database's
// own message, or what the adapter makes of it.
const refused = {
  "a table that exists": { sql: "CREATE TABLE a (id integer);", cause: "schema_conflict", said: /\ba"? already exists/ },
  "a column that exists": { sql: "ALTER TABLE a ADD COLUMN id integer;", cause: "schema_conflict", said: /column.*\bid\b/ },
  "a table that is missing": { sql: "ALTER TABLE nope ADD COLUMN x integer;", cause: "schema_conflict", said: /nope/ },
  "a duplicate key": { sql: "INSERT INTO a VALUES (1), (1);", cause: "constraint_violation", said: /unique/i },
  "a NULL too many": { sql: "INSERT INTO b (id) VALUES (NULL);", cause: "constraint_violation", said: /null/i },
  "a row that a check forbids": { sql: "INSERT INTO b (id) VALUES (0);", cause: "constraint_violation", said: /check/i },
  "a key that points nowhere": { sql: "INSERT INTO b (id, a) VALUES (7, 7);", cause: "constraint_violation", said: /foreign key/i },
  "a typing error": { sql: "CREAT TABLE c (id integer);", cause: "syntax", said: /syntax error/ },
};
const onlyOnPostgres = {
  "a statement that takes too long": {
    sql: `SET statement_timeout = '20ms'; SELECT pg_sleep(60);`,
    kind: "timeout",
    cause: "statement_timeout",
    said: /statement timeout/,
  },
};
const first = `CREATE TABLE b (id integer NOT NULL CHECK (id > 5), a integer REFERENCES a (id));\n`;

const transports = {
  postgresql: [
    { title: "PostgreSQL, as native up to 7.3", transport: "native", keeps: () => false },
    { title: "PostgreSQL, as native from 7.4", transport: "native74", keeps: (what) => what !== "a typing error" },
    { title: "PostgreSQL, through the adapter", transport: undefined, keeps: () => true },
  ],
  sqlite: [{ title: "SQLite", transport: undefined, keeps: () => true }],
};

const makeProject = (db, sql) => new Project(db.provider, { [INIT]: init, [NAME]: sql });

/** The one case that a dry run sees. */
async function auditOnly(db, project) {
  const { json } = await unstick(db, project, ["audit"]);
  assert.equal(json.cases.length, 1);
  assert.equal(json.cases[0].name, NAME);
  return json.cases[0];
}

/** The same of a case that a real run leaves alone, too. */
async function theCase(db, project) {
  const before = await db.rows();
  const { json } = await unstick(db, project, ["audit"]);
  const resolved = await unstick(db, project, ["resolve"], { UNSTICK_DEADLINE: "100ms" });
  assert.deepEqual(await db.rows(), before);
  assert.equal(json.cases.length, 1);
  assert.equal(json.cases[0].name, NAME);
  return { ...json.cases[0], exits: [json.exit_code, resolved.exit] };
}

function assertNotApplied(seen) {
  assert.notEqual(seen.verdict.action, "applied");
  assert.ok(!seen.permitted.includes("applied"), "not even permitted");
  assert.notEqual(seen.evidence.state, "all");
}

/** The truth is in K, and what K can't be is not. */
function assertRan(seen, ...prefixes) {
  assert.deepEqual(seen.evidence.prefixes, prefixes, seen.evidence.why);
}

/** K holds the truth, and not its opposite, unless the parser can't read the script. */
function assertReached(seen, theFirst) {
  const { prefixes, why } = seen.evidence;
  if (prefixes === null) return assert.equal(seen.cause, "syntax", why);
  assert.deepEqual([prefixes.includes(0), prefixes.includes(1)], [!theFirst, theFirst], why);
}

/** unstick does `action` by itself, and Prisma sees no failure any more. */
async function assertDone(db, project, action) {
  const { exit, json } = await unstick(db, project, ["resolve"]);
  assert.deepEqual([exit, json.cases[0].verdict.action, json.cases[0].outcome], [0, action, "done"]);
  assert.deepEqual((await engine(db, project, "diagnose")).answer.failedMigrationNames, []);
  return json.cases[0];
}

/** The same, and then the next deploy `runs` these. */
async function assertSettled(db, project, action, runs) {
  const seen = await assertDone(db, project, action);
  project.write(NEXT, "CREATE TABLE d (id integer);\n");
  assert.deepEqual((await engine(db, project, "deploy")).answer.appliedMigrationNames, runs);
  return seen;
}

function assertInProgress(seen) {
  assert.equal(seen.kind, "in_progress");
  assert.equal(seen.verdict.action, "wait");
  assert.deepEqual(seen.permitted.toSorted(), ["stop", "wait"]);
  assert.deepEqual(seen.exits, [2, 75]);
}

/** Nobody is at it any more, and a part of it stayed. */
function assertHalfDone(seen) {
  assert.equal(seen.kind, "partial_apply");
  assertRan(seen, 1, 2); // the second of three leaves no trace
  assertNotApplied(seen);
  assert.deepEqual(seen.exits, [3, 3]);
}

async function neitherByHand(db, project) {
  const before = await db.rows();
  for (const option of ["--applied", "--rolled-back"]) {
    const { exit } = await unstick(db, project, ["resolve", option, NAME], { UNSTICK_DEADLINE: "100ms" });
    assert.notEqual(exit, 0, option);
  }
  assert.deepEqual(await db.rows(), before);
}

function suite(provider, title, tests) {
  describe(title, { skip: unavailable(provider), concurrency: 1 }, () => {
    let db;
    before(async () => (db = await createDatabase(provider)));
    after(() => db?.remove());

    for (const [what, test] of Object.entries(tests)) {
      it(what, async () => {
        await db.empty();
        const project = makeProject(db, "");
        try {
          await test(db, project);
        } finally {
          project.remove();
        }
      });
    }
  });
}

const refusals = (provider, { transport, keeps }) =>
  Object.fromEntries(
    Object.entries({ ...refused, ...(provider === "postgresql" ? onlyOnPostgres : {}) }).map(([what, { sql, kind, cause, said }]) => [
      what,
      async (db, project) => {
        project.write(NAME, `${first}${sql}\n`);
        assert.equal((await engine(db, project, "deploy", undefined, transport)).exit, 1);
        const { tables, rows } = await db.look();
        assert.equal(tables.includes("b"), keeps(what), "how much stays is what this transport is known for");
        const passes = kind === "timeout" && !keeps(what);
        const seen = await (passes ? auditOnly : theCase)(db, project);
        assert.equal(seen.cause, cause);
        assertReached(seen, keeps(what));
        if (!keeps(what)) assert.equal(seen.kind, kind ?? "failure");
        assert.match(seen.evidence.error.message, said);
        assert.ok(rows.at(-1).logs.includes(seen.evidence.error.message), "the message is in the logs, word for word");
        assertNotApplied(seen);
        if (!passes) return assert.deepEqual(seen.exits, [3, 3]);
        await assertDone(db, project, "rolled_back");
      },
    ]),
  );

/** A script that has to wait in its second statement. */
async function writeWithGate(db, project) {
  project.removeFolder(NAME);
  assert.equal((await engine(db, project, "deploy")).exit, 0);
  project.write(NAME, "CREATE TABLE b (id integer);\nUPDATE a SET id = id;\nCREATE TABLE c (id integer);\n");
  return closeTable(db, "a");
}

const interruptions = ({ transport }) => ({
  "the client is killed, its backend goes on": async (db, project) => {
    const gate = await writeWithGate(db, project);
    const deploy = engineGoing(db, project, "deploy", undefined, transport);
    const backend = await gate.waiter();
    deploy.child.kill("SIGKILL");
    assert.equal((await deploy.done.catch(() => ({ signal: "SIGKILL" }))).signal, "SIGKILL");
    assertInProgress(await theCase(db, project));
    await neitherByHand(db, project);

    await gate.open();
    await backendGone(db, backend);
    const { tables, rows } = await db.look();
    assert.equal(tables.includes("c"), transport === "native", "only a script sent as one goes on to its end");
    assert.equal(rows.at(-1).logs, null);
    if (transport === "native") {
      assertRan(await auditOnly(db, project), 3);
      await assertSettled(db, project, "applied", [NEXT]);
    } else {
      assertHalfDone(await theCase(db, project));
    }
  },

  "the connection is cut": async (db, project) => {
    const gate = await writeWithGate(db, project);
    const deploy = engineGoing(db, project, "deploy", undefined, transport);
    await db.sql(`SELECT pg_terminate_backend(${await gate.waiter()})`);
    assert.equal((await deploy.done).exit, 1);
    await gate.open();
    const { tables } = await db.look();
    assert.deepEqual([tables.includes("b"), tables.includes("c")], [transport !== "native", false]);
    const seen = await auditOnly(db, project);
    assertNotApplied(seen);
    assert.equal(seen.cause, "connection");
    if (transport === "native") {
      assert.equal(seen.kind, "timeout");
      assertRan(seen, 0);
      await assertSettled(db, project, "rolled_back", [NAME, NEXT]);
    } else {
      assertHalfDone(await theCase(db, project));
    }
  },
});

const openTransaction = {
  "a transaction of the script's own that is never committed": async (db, project) => {
    project.write(NAME, "BEGIN;\nCREATE TABLE b (id integer);\n");
    await engine(db, project, "deploy", undefined, "native");
    assert.ok(!(await db.look()).tables.includes("b"), "deploy says it ran; it is gone");
    const seen = await theCase(db, project);
    assertNotApplied(seen);
    assert.deepEqual(seen.exits, [3, 3]);
  },
};

/** The engine dies at the statement that sets this column. */
const failing = {
  postgresql: (column) => `CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'gone'; END $$;
    CREATE TRIGGER die BEFORE UPDATE OF ${column} ON _prisma_migrations FOR EACH ROW EXECUTE FUNCTION die();`,
  sqlite: (column) => `CREATE TRIGGER die BEFORE UPDATE OF ${column} ON _prisma_migrations BEGIN SELECT RAISE(ABORT, 'gone'); END;`,
};
const stopFailing = {
  postgresql: "DROP FUNCTION die CASCADE;",
  sqlite: "DROP TRIGGER die;",
};

async function dieAt(db, project, column, transport) {
  project.removeFolder(NAME);
  assert.equal((await engine(db, project, "deploy", undefined, transport)).exit, 0);
  await db.sql(failing[db.provider](column));
  project.write(NAME, "CREATE TABLE b (id integer);\nCREATE TABLE c (id integer);\n");
  assert.equal((await engine(db, project, "deploy", undefined, transport)).exit, 1);
  await db.sql(stopFailing[db.provider]);
  const { tables, rows } = await db.look();
  assert.ok(tables.includes("b") && tables.includes("c"), "the script ran to its end");
  return rows.at(-1);
}

const deaths = (transport) => ({
  "the engine dies before it counts the script as run": async (db, project) => {
    const row = await dieAt(db, project, "applied_steps_count", transport);
    assert.equal(row.applied_steps_count, 0);
    const seen = await assertSettled(db, project, "applied", [NEXT]);
    assertRan(seen, 2);
    assert.notEqual(seen.evidence.proof, "ledger");
  },

  "the engine dies before it records the end": async (db, project) => {
    const row = await dieAt(db, project, "finished_at", transport);
    assert.deepEqual([row.applied_steps_count, row.finished_at, row.logs], [1, null, null]);
    const seen = await assertSettled(db, project, "applied", [NEXT]);
    assert.equal(seen.evidence.proof, "ledger");
    assert.equal((await engine(db, project, "diagnose")).answer.history, null);
  },
});

const begunLongAgo = (db) =>
  db.sql(`UPDATE _prisma_migrations SET started_at = '${db.timeAsText(new Date(Date.now() - 60_000))}' WHERE finished_at IS NULL`);

const killedOnSqlite = {
  "the process is killed": async (db, project) => {
    project.write(NAME, `CREATE TABLE b (id integer);\n${endless("b")}CREATE TABLE c (id integer);\n`);
    const deploy = engineGoing(db, project, "deploy");
    await writerIn(db, "b");
    assertInProgress(await theCase(db, project));
    await neitherByHand(db, project);

    deploy.child.kill("SIGKILL");
    await deploy.done.catch(() => {});
    const { tables, rows } = await db.look();
    assert.deepEqual([tables.includes("b"), tables.includes("c"), rows.at(-1).logs], [true, false, null]);
    await begunLongAgo(db); // a young record of an adapter's is not taken for dead
    assertHalfDone(await theCase(db, project));
  },
};

describe("real failures", { concurrency: 2 }, () => {
  for (const way of transports.postgresql) {
    suite("postgresql", way.title, {
      ...refusals("postgresql", way),
      ...interruptions(way),
      ...deaths(way.transport),
      ...(way.transport === "native" ? openTransaction : {}),
    });
  }
  for (const way of transports.sqlite) {
    suite("sqlite", way.title, { ...refusals("sqlite", way), ...killedOnSqlite, ...deaths() });
  }
});
