// The whole story: a real project, a real failure of the real engine, then `unstick start`,
// whose deploy is the real `prisma migrate deploy`, and an application that runs on the
// schema it was written for.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createDatabase, unavailable } from "./support/database.mjs";
import { backendGone, closeTable } from "./support/gate.mjs";
import { cli, engine, engineGoing } from "./support/prisma.mjs";
import { until } from "./support/process.mjs";
import { Project } from "./support/project.mjs";
import { unstickStarts } from "./support/unstick.mjs";

const INIT = "20240101000000_init";
const NAME = "20240102000000_add_posts";
const RENAMED = "20240102000000_posts";

const init = "CREATE TABLE a (id integer PRIMARY KEY NOT NULL);\nCREATE TABLE b (id integer);\n";
// The second statement has to wait for b, so that a deploy can be met in the middle.
const script = "CREATE TABLE posts (id integer);\nALTER TABLE b ADD COLUMN title text;\n";
const again =
  "CREATE TABLE IF NOT EXISTS posts (id integer);\nALTER TABLE b ADD COLUMN IF NOT EXISTS title text;\n";

/** As a container has it: nothing but the environment says how to deploy. */
function startContainer(db, project, env = {}) {
  writeFileSync(join(project.root, "app.js"), `console.log("app", process.pid, process.argv[2]);\n`);
  const deploy = `${process.env.US_ORACLE}/prisma6 ${project.prisma} migrate deploy`;
  return unstickStarts(db, project, ["start", "--", "node", "app.js", "listening"], {
    UNSTICK_FORMAT: "text",
    UNSTICK_LOG_FORMAT: "json",
    UNSTICK_START_DEPLOY: deploy,
    UNSTICK_DEADLINE: "50s",
    PROVIDER: db.engine,
    ...env,
  });
}

const log = (stderr) => stderr.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));

/** It started, under its own PID, and nothing is left to do for Prisma. */
async function assertStarted(db, project, container, { actions, deploys }) {
  const { exit, stdout, stderr } = await container.ended;
  assert.equal(exit, 0, stderr);
  assert.equal(stdout, `app ${container.child.pid} listening\n`);
  const events = log(stderr);
  const settled = events.filter(({ event }) => event === "case.settled");
  assert.deepEqual(settled.map(({ action, outcome }) => `${action} ${outcome}`), actions.map((action) => `${action} done`));
  assert.equal(events.filter(({ event }) => event === "deploy.started").length, deploys);
  assert.equal(events.at(-1).event, "start.summary");
  const status = await cli(db, project, "status");
  assert.equal(status.exit, 0, status.text);
  assert.deepEqual((await engine(db, project, "diagnose")).answer.failedMigrationNames, []);
}

async function assertSchema(db) {
  const { tables } = await db.look();
  assert.ok(tables.includes("posts"), "the first statement's table");
  await db.query("SELECT title FROM b"); // and the second's column
}

/** The engine deploys and is killed in the middle; `then` decides about its backend. */
async function kill(db, project, transport, then) {
  const gate = await closeTable(db, "b");
  const { child, done } = engineGoing(db, project, "deploy", undefined, transport);
  const pid = await gate.waiter();
  child.kill("SIGKILL");
  await done;
  await then({ gate, pid });
}

const finish = (db) => async ({ gate, pid }) => {
  await gate.open();
  await backendGone(db, pid);
};
const terminate = (db) => async ({ gate, pid }) => {
  await db.query(`SELECT pg_terminate_backend(${pid})`);
  await backendGone(db, pid);
  await gate.open();
};

const stories = {
  "a timeout that in fact completed": async (db, project) => {
    await kill(db, project, "native", finish(db));
    await assertStarted(db, project, startContainer(db, project), { actions: ["applied"], deploys: 0 });
  },
  "a timeout that did nothing": async (db, project) => {
    await kill(db, project, "native", terminate(db));
    await assertStarted(db, project, startContainer(db, project), { actions: ["rolled_back"], deploys: 1 });
  },
  "half applied, and a policy decides": async (db, project) => {
    project.write(NAME, again);
    project.configure("policies: [policy.lua]\n");
    project.policy(`return { partial_apply = function(case)
      if case:permits("rolled_back") then return verdict.rolled_back("it may run over what is there") end
    end }`);
    await kill(db, project, "native74", terminate(db));
    await assertStarted(db, project, startContainer(db, project), { actions: ["rolled_back"], deploys: 1 });
  },
  "half applied, and nobody knows": async (db, project) => {
    await kill(db, project, "native74", terminate(db));
    const rows = await db.rows();
    const { exit, stdout, stderr } = await startContainer(db, project).ended;
    assert.equal(exit, 3, stderr);
    assert.equal(stdout, "");
    assert.deepEqual(await db.rows(), rows);
  },
  "its folder was renamed": async (db, project) => {
    await kill(db, project, "native", terminate(db));
    project.rename(NAME, RENAMED);
    await assertStarted(db, project, startContainer(db, project), { actions: ["rename"], deploys: 1 });
  },
  "it is still running elsewhere": async (db, project) => {
    await kill(db, project, "native", async ({ gate, pid }) => {
      const container = startContainer(db, project);
      await until("the start waits for it", () => container.output.stderr.includes("case.waiting"));
      await gate.open();
      await backendGone(db, pid);
      await assertStarted(db, project, container, { actions: ["applied"], deploys: 0 });
    });
  },
};

describe("start, the whole story", { skip: unavailable("postgresql"), concurrency: 1 }, () => {
  let db;
  before(async () => (db = await createDatabase("postgresql")));
  after(() => db?.remove());

  for (const [what, story] of Object.entries(stories)) {
    it(what, async () => {
      await db.empty();
      const project = new Project(db.provider, { [INIT]: init });
      try {
        assert.equal((await engine(db, project, "deploy")).exit, 0);
        project.write(NAME, script);
        await story(db, project);
        if (what !== "half applied, and nobody knows") await assertSchema(db);
      } finally {
        project.remove();
      }
    });
  }
});
