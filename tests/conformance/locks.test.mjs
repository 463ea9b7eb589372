// One at a time: unstick and the real Prisma keep out of each other's way.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createDatabase, unavailable } from "./support/database.mjs";
import { LEAVE_GATE, PASS_GATE, backendGone, closeGate, closeTable, endless, writerIn } from "./support/gate.mjs";
import { until } from "./support/process.mjs";
import { engine, engineGoing } from "./support/prisma.mjs";
import { Project } from "./support/project.mjs";
import { unstick, unstickAnswer, unstickStarts } from "./support/unstick.mjs";

const PRISMAS_LOCK = 72707369;
const INIT = "20240101000000_init";
const NAME = "20240102000000_slow";
const NEXT = "20240103000000_next";
const init = "CREATE TABLE a (id integer);\n";
const SOON = { UNSTICK_DEADLINE: "1s" };

/** unstick sees that somebody is at it, and writes nothing, whatever it is asked to do. */
async function assertKeepsOut(db, project) {
  const rows = await db.rows();
  const audit = await unstick(db, project, ["audit"]);
  assert.deepEqual([audit.exit, audit.json.cases[0].kind], [2, "in_progress"]);
  assert.equal(audit.json.lock.held_by.length, 1);
  const attempts = [["resolve"], ["resolve", "--applied", NAME], ["resolve", "--rolled-back", NAME]];
  const answers = await Promise.all(attempts.map((args) => unstick(db, project, args, SOON)));
  assert.deepEqual(answers.map(({ exit }) => exit), [75, 75, 75]);
  assert.deepEqual(await db.rows(), rows);
}

/** An unfinished record of a script that has run: what unstick would settle at once. */
async function dieBeforeTheEnd(db, project) {
  assert.equal((await engine(db, project, "deploy")).exit, 0);
  await db.sql(`UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = '${NAME}'`);
}

const whoHasIt = (granted) => `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = ${PRISMAS_LOCK}
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND ${granted ? "" : "NOT"} granted`;

describe("locks", { concurrency: 2 }, () => {
  for (const transport of ["native", "native74", undefined]) {
    describe(`PostgreSQL, transport ${transport ?? "of the adapter"}`, { skip: unavailable("postgresql"), concurrency: 1 }, () => {
      let db;
      before(async () => (db = await createDatabase("postgresql")));
      after(() => db?.remove());

      it("a migration that runs is left alone", async (t) => {
        const project = new Project(db.provider, { [INIT]: init });
        t.after(project.remove);
        project.write(NAME, `CREATE TABLE b (id integer);\n${PASS_GATE};\n${LEAVE_GATE};\nCREATE TABLE c (id integer);\n`);
        const gate = await closeGate(db);
        const deploy = engineGoing(db, project, "deploy", undefined, transport);
        await gate.waiter();
        await assertKeepsOut(db, project);

        await gate.open();
        const { exit, answer } = await deploy.done;
        assert.deepEqual([exit, answer?.appliedMigrationNames], [0, [INIT, NAME]]);
        assert.equal((await unstick(db, project, ["status"])).exit, 0);
        assert.equal((await unstick(db, project, ["resolve"])).exit, 0);
      });
    });
  }

  describe("PostgreSQL", { skip: unavailable("postgresql"), concurrency: 1 }, () => {
    let db;
    before(async () => (db = await createDatabase("postgresql")));
    after(() => db?.remove());

    it("a lock that somebody else holds is waited for, and nothing is written", async (t) => {
      const project = new Project(db.provider, { [INIT]: init, [NAME]: "CREATE TABLE b (id integer);\n" });
      t.after(project.remove);
      await dieBeforeTheEnd(db, project);
      const other = db.session();
      const pid = await other.say(`SELECT pg_backend_pid() FROM pg_advisory_lock(${PRISMAS_LOCK})`);
      await assertKeepsOut(db, project);
      const { json } = await unstick(db, project, ["audit"]);
      assert.equal(String(json.lock.held_by[0].pid), pid);
      await other.close();
      await backendGone(db, pid);
      assert.equal((await unstick(db, project, ["resolve"])).exit, 0);
    });

    it("the real deploy waits while unstick has the lock, and then goes on", async (t) => {
      await db.empty();
      const project = new Project(db.provider, { [INIT]: init, [NAME]: "CREATE TABLE b (id integer);\n" });
      t.after(project.remove);
      await dieBeforeTheEnd(db, project);
      project.write(NEXT, "CREATE TABLE c (id integer);\n");
      project.configure("policies: [policy.lua]\npolicy: { time: 50s }\n");
      // a query gives up waiting for a lock after 2 s: it stands there for as long as it takes
      project.policy(`return { any = function(case, db)
        repeat until pcall(db.query, db, "SELECT count(*) FROM gate")
        return nil
      end }`);
      await db.sql("CREATE TABLE gate (id integer)");
      const gate = await closeTable(db, "gate");
      const resolve = unstickStarts(db, project, ["resolve"]).ended;
      await gate.waiter();
      const deploy = engineGoing(db, project, "deploy");
      await until("the deploy waits for Prisma's lock", async () => (await db.query(whoHasIt(false))).length === 1);
      assert.equal((await db.query(whoHasIt(true))).length, 1);

      await gate.open();
      assert.equal(unstickAnswer(await resolve).exit, 0);
      assert.deepEqual((await deploy.done).answer?.appliedMigrationNames, [NEXT]);
    });
  });

  describe("SQLite", { concurrency: 1 }, () => {
    let db;
    before(async () => (db = await createDatabase("sqlite")));
    after(() => db?.remove());

    it("a migration that writes is left alone", async (t) => {
      const project = new Project(db.provider, { [INIT]: init, [NAME]: `CREATE TABLE b (id integer);\n${endless("b")}` });
      t.after(project.remove);
      const deploy = engineGoing(db, project, "deploy");
      await writerIn(db, "b");
      await assertKeepsOut(db, project);
      deploy.child.kill("SIGKILL");
      await deploy.done.catch(() => {});
    });
  });
});
