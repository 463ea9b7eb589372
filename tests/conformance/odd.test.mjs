// Scripts that take more into their own hands than Prisma expects, and a server that goes
// away: made by the real engine. K holds what really stayed, and what unstick does about it
// Prisma's own tools agree with.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createDatabase, unavailable } from "./support/database.mjs";
import { backendGone, closeTable } from "./support/gate.mjs";
import { engine, engineGoing } from "./support/prisma.mjs";
import { until } from "./support/process.mjs";
import { Project } from "./support/project.mjs";
import { ownServer } from "./support/server.mjs";
import { unstick } from "./support/unstick.mjs";

const INIT = "20240101000000_init";
const NAME = "20240102000000_odd";
const NEXT = "20240103000000_next";
const transports = { "native up to 7.3": "native", "native from 7.4": "native74", "through the adapter": undefined };

const auditOf = async (db, project) => (await unstick(db, project, ["audit"])).json.cases[0];

/** Init is applied, and the script of NAME is about to be. */
async function begin(db, project, script) {
  assert.equal((await engine(db, project, "deploy")).exit, 0);
  project.write(NAME, script);
}

/** unstick settles it with `action`; then the next deploy `runs` these, and nothing is wrong any more. */
async function assertSettles(db, project, action, runs) {
  const { exit, json } = await unstick(db, project, ["resolve"]);
  assert.deepEqual([exit, json.cases[0]?.verdict.action, json.cases[0]?.outcome], [0, action, "done"]);
  project.write(NEXT, "CREATE TABLE d (id integer);\n");
  assert.deepEqual((await engine(db, project, "deploy")).answer.appliedMigrationNames, runs);
  assert.deepEqual((await engine(db, project, "diagnose")).answer.failedMigrationNames, []);
}

/** What is there decides, and nothing is settled without a person. */
async function assertStops(db, project, prefixes) {
  const before = await db.rows();
  const { exit, json } = await unstick(db, project, ["resolve"]);
  assert.deepEqual([exit, json.cases[0].evidence.prefixes, json.cases[0].outcome], [3, prefixes, "stopped"], json.cases[0].evidence.why);
  assert.deepEqual(await db.rows(), before);
}

const scripts = {
  "a COMMIT in the middle": async (db, project, transport) => {
    await begin(db, project, "BEGIN;\nCREATE TABLE b (id integer);\nCOMMIT;\nCREATE TABLE a (id integer);\n");
    assert.equal((await engine(db, project, "deploy", undefined, transport)).exit, 1);
    assert.ok((await db.look()).tables.includes("b"), "b is there to stay");
    await assertStops(db, project, [3]);
  },

  "an error in a transaction of its own": async (db, project, transport) => {
    await begin(db, project, "BEGIN;\nCREATE TABLE b (id integer);\nCREATE TABLE a (id integer);\nCOMMIT;\n");
    assert.equal((await engine(db, project, "deploy", undefined, transport)).exit, 1);
    const { tables, rows } = await db.look();
    assert.ok(!tables.includes("b"), "nothing stayed");
    const seen = await auditOf(db, project);
    assert.ok(seen.evidence.prefixes.includes(0) && !seen.evidence.prefixes.includes(4), seen.evidence.why);
    assert.ok(seen.permitted.includes("rolled_back"), "nothing of it can be there");
    assert.equal(rows.at(-1).logs === null, transport !== undefined, "only a session of its own could write the error down");
  },

  "another search_path": async (db, project, transport) => {
    await begin(db, project, "CREATE SCHEMA other;\nSET search_path = other;\nCREATE TABLE b (id integer);\n");
    assert.equal((await engine(db, project, "deploy", undefined, transport)).exit, 1);
    assert.equal((await db.query("SELECT to_regclass('other.b') IS NOT NULL AS there"))[0].there, true);
    assert.equal((await db.rows()).at(-1).logs, null, "the engine no longer finds its table");
    const seen = await auditOf(db, project);
    assert.deepEqual([seen.evidence.prefixes, seen.cause], [[3], "unknown"], seen.evidence.why);
    await assertSettles(db, project, "applied", [NEXT]);
  },

  "a lock that isn't had in time": async (db, project, transport) => {
    await begin(db, project, "SET lock_timeout = '20ms';\nALTER TABLE a ADD COLUMN x integer;\n");
    const gate = await closeTable(db, "a");
    assert.equal((await engine(db, project, "deploy", undefined, transport)).exit, 1);
    await gate.open();
    const seen = await auditOf(db, project);
    assert.deepEqual([seen.cause, seen.kind], ["lock", "timeout"]);
    await assertSettles(db, project, "rolled_back", [NAME, NEXT]);
  },
};

for (const [title, transport] of Object.entries(transports)) {
  describe(`odd scripts, ${title}`, { skip: unavailable("postgresql"), concurrency: 1 }, () => {
    let db;
    before(async () => (db = await createDatabase("postgresql")));
    after(() => db?.remove());

    for (const [what, test] of Object.entries(scripts)) {
      it(what, async (t) => {
        await db.empty();
        await db.sql("DROP SCHEMA IF EXISTS other CASCADE");
        const project = new Project("postgresql", { [INIT]: "CREATE TABLE a (id integer PRIMARY KEY NOT NULL);\n" });
        t.after(project.remove);
        await test(db, project, transport);
      });
    }
  });
}

describe("the server goes down and comes back", { skip: unavailable("postgresql"), concurrency: 1 }, () => {
  let server;
  before(async () => (server = await ownServer()));
  after(() => server?.stop());

  for (const [title, transport] of Object.entries(transports)) {
    it(title, async (t) => {
      const db = await createDatabase("postgresql", server.url);
      t.after(() => db.remove());
      const project = new Project("postgresql", { [INIT]: "CREATE TABLE a (id integer PRIMARY KEY NOT NULL);\n" });
      t.after(project.remove);
      await begin(db, project, "CREATE TABLE b (id integer);\nUPDATE a SET id = id;\nCREATE TABLE c (id integer);\n");
      const gate = await closeTable(db, "a");
      const deploy = engineGoing(db, project, "deploy", undefined, transport);
      const backend = await gate.waiter();

      process.kill(backend, "SIGKILL"); // the server takes it for a crash, and starts anew
      assert.equal((await deploy.done).exit, 1);
      await until("the server is back", () => db.sql("SELECT 1").then(() => true, () => false));
      await backendGone(db, backend);

      const { tables, rows } = await db.look();
      assert.deepEqual([tables.includes("b"), tables.includes("c"), rows.at(-1).logs], [transport !== "native", false, null]);
      const seen = await auditOf(db, project);
      assert.equal(seen.cause, "connection");
      if (transport !== "native") return assertStops(db, project, [1, 2]);
      assert.deepEqual([seen.kind, seen.evidence.prefixes], ["timeout", [0]], seen.evidence.why);
      await assertSettles(db, project, "rolled_back", [NAME, NEXT]);
    });
  }
});
