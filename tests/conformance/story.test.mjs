// The whole story: a real project, a real failure of the real engine, then `unstick start`,
// whose deploy is the real `prisma migrate deploy`, and an application that works on the
// schema it was written for.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createDatabase, unavailable } from "./support/database.mjs";
import { backendGone, closeTable, writerIn } from "./support/gate.mjs";
import { cli, engine, engineGoing, install } from "./support/prisma.mjs";
import { until } from "./support/process.mjs";
import { Project } from "./support/project.mjs";
import { unstick, unstickStarts } from "./support/unstick.mjs";

const INIT = "20240101000000_init";
const NAME = "20240102000000_add_posts";
const RENAMED = "20240102000000_posts";
const NEXT = "20240103000000_next";

const init = "CREATE TABLE a (id integer);\nCREATE TABLE b (id integer);\nINSERT INTO b VALUES (1);\n";
// Each waits where it touches the rows of b, so that a deploy can be met there.
const wait = "UPDATE b SET id = 1;\n";
const column = "ALTER TABLE b ADD COLUMN title text;\n";
const script = `${wait}CREATE TABLE posts (id integer);\n${column}`;
const inHalves = `CREATE TABLE posts (id integer);\n${wait}${column}`;
const inHalvesAgain = inHalves.replace("TABLE posts", "TABLE IF NOT EXISTS posts");

// What prisma.config.ts works out at run time, as the oracle's does, has to be said.
const settings = "database_url: env(DATABASE_URL)\nschema: prisma/schema.prisma\nmigrations: prisma/migrations\n";
// npx alone takes as long as all of Prisma.
const deploy = "start: { deploy: node_modules/.bin/prisma migrate deploy }\n";

/** Writes down that it was started and as what, uses the schema, and ends with 7. */
const application = `
const { execFileSync } = require("node:child_process");
const { appendFileSync } = require("node:fs");
appendFileSync("starts", JSON.stringify({ pid: process.pid, args: process.argv.slice(2), env: process.env }) + "\\n");
const url = process.env.DATABASE_URL;
const [client, ...args] = url.startsWith("file:") ? ["sqlite3", "-bail", url.slice(5)] : ["psql", "-Xq", "-v", "ON_ERROR_STOP=1", url];
execFileSync(client, args, { input: "INSERT INTO posts VALUES (42); UPDATE b SET title = 'seen';" });
console.log("listening");
process.exitCode = 7;
`;

/** What a failure needs that is a database's own matter. */
const ways = {
  postgresql: {
    /** The engine deploys and stands still at b; `then` decides what becomes of it. */
    async meet(db, project, then, transport = "native") {
      const gate = await closeTable(db, "b");
      const { child, done } = engineGoing(db, project, "deploy", undefined, transport);
      const pid = await gate.waiter();
      child.kill("SIGKILL");
      await done;
      await then({
        finish: async () => (await gate.open(), await backendGone(db, pid)),
        end: async () => {
          await db.query(`SELECT pg_terminate_backend(${pid})`);
          await backendGone(db, pid);
          await gate.open();
        },
      });
    },
    completes: (db, project) => ways.postgresql.meet(db, project, ({ finish }) => finish()),
    stops: (db, project) => ways.postgresql.meet(db, project, ({ end }) => end()),
    halves: (db, project) => ways.postgresql.meet(db, project, ({ end }) => end(), "native74"),
  },
  sqlite: {
    async meet(db, project, then) {
      await db.sql(`CREATE TRIGGER wait BEFORE UPDATE ON b BEGIN
        SELECT count(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n); END;`);
      const { child, done } = engineGoing(db, project, "deploy");
      await writerIn(db, "b");
      await then({
        end: async () => {
          child.kill("SIGKILL");
          await done;
          // A young record of an adapter's is not taken for dead.
          await db.sql(`DROP TRIGGER wait; UPDATE _prisma_migrations SET
            started_at = strftime('%Y-%m-%dT%H:%M:%f+00:00', started_at, '-1 minute')`);
        },
      });
    },
    /** It dies before it has written down that it is done. */
    async completes(db, project) {
      await db.sql("CREATE TRIGGER die BEFORE UPDATE OF finished_at ON _prisma_migrations BEGIN SELECT RAISE(ABORT, 'gone'); END;");
      assert.equal((await engine(db, project, "deploy")).exit, 1);
      await db.sql("DROP TRIGGER die;");
    },
    stops: (db, project) => ways.sqlite.meet(db, project, ({ end }) => end()),
    halves: (db, project) => ways.sqlite.meet(db, project, ({ end }) => end()),
  },
};

/** As a container has it, and the lines of its log so far. */
function startContainer({ db, project, env }, more = {}) {
  const container = unstickStarts(db, project, ["start", "--", "node", "app.js", "--port", "80"], {
    UNSTICK_FORMAT: "text",
    UNSTICK_DEADLINE: "50s",
    ...env,
    ...more,
  });
  const events = () => container.output.stderr.split("\n").flatMap((line) => (/^\{.*\}$/.test(line) ? [JSON.parse(line)] : []));
  return { ...container, events };
}

const starts = ({ project }) =>
  existsSync(join(project.root, "starts"))
    ? readFileSync(join(project.root, "starts"), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line))
    : [];

/** The application ran once, as itself and on its schema, and nothing is left to do. */
async function assertStarted(story, container, { actions = [], by, deploys = 0 }) {
  const { db, project } = story;
  const { exit, stdout, stderr } = await container.ended;
  assert.equal(exit, 7, stderr);
  assert.equal(stdout, "listening\n");
  assert.deepEqual(starts(story), [{ pid: container.child.pid, args: ["--port", "80"], env: container.given }]);

  const events = container.events();
  const settled = events.filter(({ event }) => event === "case.settled");
  assert.deepEqual(settled.map(({ action, outcome }) => `${action} ${outcome}`), actions.map((action) => `${action} done`));
  if (by) assert.deepEqual(settled.map(({ policy }) => policy), [by]);
  assert.equal(events.filter(({ event }) => event === "deploy.started").length, deploys, stderr);
  const { event, result, exit_code } = events.at(-1);
  assert.deepEqual({ event, result, exit_code }, { event: "start.summary", result: "ready", exit_code: 0 });

  assert.deepEqual(await db.query("SELECT title FROM b"), [{ title: "seen" }]);
  if (db.provider === "postgresql") {
    // Half a second of CPU, and it says the same of both databases.
    const status = await cli(db, project, "status");
    assert.equal(status.exit, 0, status.text);
    assert.match(status.text, /Database schema is up to date!/);
  }
  const { failedMigrationNames, editedMigrationNames, history } = (await engine(db, project, "diagnose")).answer;
  assert.deepEqual([failedMigrationNames, editedMigrationNames, history], [[], [], null]);
}

/** It did not run, and who looks at the log knows what to do. */
async function assertNotStarted(story, container, { exit, reason, deploys = 0 }) {
  const ended = await container.ended;
  assert.equal(ended.exit, exit, ended.stderr);
  assert.equal(ended.stdout, "");
  assert.deepEqual(starts(story), []);
  const summary = container.events().at(-1);
  assert.deepEqual([summary.event, summary.result, summary.exit_code], ["start.summary", "failed", exit]);
  assert.match(summary.next, reason);
  assert.equal(container.events().filter(({ event }) => event === "deploy.started").length, deploys);
}

const decide = ({ project }, lua, more = "") => {
  project.configure(`${settings}${deploy}policies: [policy.lua]\n${more}`);
  project.policy(`return { partial_apply = function(case, db) ${lua} end }`);
};

const stories = {
  "nothing is wrong": async (story) => {
    assert.equal((await engine(story.db, story.project, "deploy")).exit, 0);
    const container = startContainer(story);
    await assertStarted(story, container, {});
    assert.ok(!container.events().some(({ event }) => event.startsWith("turn.")), "nobody is kept waiting");
  },
  "something is pending, and nobody has said how to deploy": async (story) => {
    story.project.write(NEXT, "CREATE TABLE c (id integer);\n");
    story.project.configure(settings);
    const container = startContainer(story);
    await assertStarted(story, container, { deploys: 1 });
    const { command } = container.events().find(({ event }) => event === "deploy.started");
    assert.equal(command, "npx prisma migrate deploy");
  },
  "what is pending fails": async (story) => {
    story.project.write(NEXT, "CREATE TABLE c (id integer);\nCREATE TABLE a (id integer);\n");
    const container = startContainer(story);
    await assertNotStarted(story, container, { exit: 3, reason: /unstick resolve/, deploys: 1 });
    assert.match(container.output.stderr, /already exists/, "Prisma's own words are in the log");
    assert.deepEqual((await engine(story.db, story.project, "diagnose")).answer.failedMigrationNames, [NEXT]);
  },
  "a timeout that in fact completed": async (story) => {
    await story.way.completes(story.db, story.project);
    await assertStarted(story, startContainer(story), { actions: ["applied"] });
  },
  "a timeout that did nothing": async (story) => {
    await story.way.stops(story.db, story.project);
    await assertStarted(story, startContainer(story), { actions: ["rolled_back"], deploys: 1 });
  },
  "half applied, and a policy knows that it may run again": async (story) => {
    story.project.write(NAME, inHalvesAgain);
    decide(story, `if case:permits("rolled_back") then return verdict.rolled_back("it may run over what is there") end`);
    await story.way.halves(story.db, story.project);
    await assertStarted(story, startContainer(story), { actions: ["rolled_back"], by: "policy.lua", deploys: 1 });
  },
  "half applied, and a policy knows that the rest is there in another way": async (story) => {
    story.project.write(NAME, inHalves);
    const seen = `pcall(db.query, db, "SELECT title FROM b")`;
    decide(story, `if ${seen} then return { action = "applied", reason = "b has its title", override = true } end`, "allow_override: true\n");
    await story.way.halves(story.db, story.project);
    await story.db.sql("ALTER TABLE b ADD COLUMN title varchar(80);");
    await assertStarted(story, startContainer(story), { actions: ["applied"], by: "policy.lua" });
  },
  "half applied, and only a person knows": async (story) => {
    story.project.write(NAME, inHalves);
    decide(story, `return verdict.stop("ask the people who own the posts")`);
    await story.way.halves(story.db, story.project);
    const rows = await story.db.rows();
    await assertNotStarted(story, startContainer(story), { exit: 3, reason: /unstick resolve/ });
    assert.deepEqual(await story.db.rows(), rows);
    await story.db.sql(column);
    await assertStarted(story, startContainer(story), { actions: ["applied"] });
  },
  "its folder was renamed": async (story) => {
    await story.way.stops(story.db, story.project);
    story.project.rename(NAME, RENAMED);
    await assertStarted(story, startContainer(story), { actions: ["rename"], deploys: 1 });
  },
  "it is still running elsewhere, and not done in time": async (story) => {
    await story.way.meet(story.db, story.project, async ({ end }) => {
      const rows = await story.db.rows();
      const container = startContainer(story, { UNSTICK_DEADLINE: "2s" });
      await assertNotStarted(story, container, { exit: 75, reason: /again/ });
      assert.deepEqual(await story.db.rows(), rows);
      await end();
    });
  },
};

/** Only PostgreSQL goes on without a client. */
const onlyOnPostgres = {
  "it is still running elsewhere": async (story) => {
    await story.way.meet(story.db, story.project, async ({ finish }) => {
      const container = startContainer(story);
      await until("the start waits for it", () => container.output.stderr.includes("case.waiting"));
      await finish();
      await assertStarted(story, container, { actions: ["applied"] });
    });
  },
};

const onlyOnSqlite = {
  "it is still running elsewhere, and killed there": async (story) => {
    await story.way.meet(story.db, story.project, async ({ end }) => {
      const container = startContainer(story);
      await until("the start waits for it", () => container.output.stderr.includes("case.waiting"));
      await end();
      await assertStarted(story, container, { actions: ["rolled_back"], deploys: 1 });
    });
  },
};

function suite(provider, title, tests) {
  describe(title, { skip: unavailable(provider), concurrency: 1 }, () => {
    let db;
    before(async () => (db = await createDatabase(provider)));
    after(() => db?.remove());

    for (const [what, test] of Object.entries(tests)) {
      it(what, async () => {
        await db.empty();
        const project = new Project(provider, { [INIT]: init });
        try {
          assert.equal((await engine(db, project, "deploy")).exit, 0);
          project.write(NAME, script);
          writeFileSync(join(project.root, "app.js"), application);
          project.configure(settings + deploy);
          await test({ db, project, env: install(db, project), way: ways[provider] });
        } finally {
          project.remove();
        }
      });
    }
  });
}

describe("start, the whole story", { concurrency: 2 }, () => {
  suite("postgresql", "PostgreSQL", { ...stories, ...onlyOnPostgres });
  suite("sqlite", "SQLite", { ...stories, ...onlyOnSqlite });
});
