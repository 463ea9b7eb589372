// A script that the real engine ran half: what unstick reads off the database, what it does
// about it after a person has been there or not, and that Prisma's own tools agree with it.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createDatabase, unavailable } from "./support/database.mjs";
import { engine } from "./support/prisma.mjs";
import { Project } from "./support/project.mjs";
import { unstick } from "./support/unstick.mjs";

const INIT = "20240101000000_init";
const NAME = "20240102000000_unique";
const NEXT = "20240103000000_next";

const table = (name, how = "") => `CREATE TABLE ${how}${name} (id integer PRIMARY KEY NOT NULL);\n`;
const scripts = {
  [INIT]: "CREATE TABLE a (id integer PRIMARY KEY NOT NULL, x integer);\n",
  // The second statement meets two rows of one x.
  [NAME]: `${table("b")}CREATE UNIQUE INDEX a_x ON a (x);\n${table("c")}`,
};
const dedupe = "UPDATE a SET x = id;";

// `script`: of NAME, where it is another; `then`: what a person does after it failed;
// `found`: K; `action`: what unstick makes of it; `runs`: what the next deploy runs then, null
// if it is still refused.
const scenarios = {
  "nobody has been there": {
    found: [1],
    action: "stop",
    runs: null,
  },
  "a person has run the rest": {
    then: (db) => db.sql(`${dedupe} CREATE UNIQUE INDEX a_x ON a (x);\n${table("c")}`),
    found: [3],
    action: "applied",
    runs: [NEXT],
  },
  "a person has run the last statement and forgotten one": {
    then: (db) => db.sql(table("c")),
    found: [],
    action: "stop",
    runs: null,
  },
  "a person has taken it back and corrected the script": {
    then: (db, project) => (project.write(NAME, `${dedupe}\n${scripts[NAME]}`), db.sql("DROP TABLE b;")),
    found: [0, 1],
    action: "rolled_back",
    runs: [NAME, NEXT],
  },
  "a person has taken it back, and the script is as it was": {
    then: (db) => db.sql("DROP TABLE b;"),
    found: [0],
    action: "stop",
    runs: null,
  },
  "what ran does nothing a second time, and the rest was corrected": {
    script: `${table("b", "IF NOT EXISTS ")}CREATE UNIQUE INDEX a_x ON a (x);\n`,
    then: (db, project) => project.write(NAME, `${table("b", "IF NOT EXISTS ")}CREATE INDEX a_x ON a (x);\n`),
    found: [1],
    action: "rolled_back",
    runs: [NAME, NEXT],
  },
};

async function failHalfWay(db, project, transport) {
  project.removeFolder(NAME);
  assert.equal((await engine(db, project, "deploy")).exit, 0);
  await db.sql("INSERT INTO a VALUES (1, 1), (2, 1);");
  project.write(NAME, project.failing);
  assert.equal((await engine(db, project, "deploy", undefined, transport)).exit, 1);
  const { tables } = await db.look();
  assert.deepEqual([tables.includes("b"), tables.includes("c")], [true, false], "the first statement stays");
}

async function resolves(db, project, { found, action }) {
  const audit = await unstick(db, project, ["audit"]);
  const { json, exit } = await unstick(db, project, ["resolve"]);
  assert.deepEqual(audit.json.cases[0].evidence.prefixes, found);
  for (const { verdict, guard } of [audit.json.cases[0], json.cases[0]])
    assert.deepEqual([verdict.action, guard.allowed], [action, true], verdict.reason);
  assert.equal(exit, action === "stop" ? 3 : 0);
}

async function prismaAgrees(db, project, { runs }, transport) {
  const { failedMigrationNames } = (await engine(db, project, "diagnose")).answer;
  assert.deepEqual(failedMigrationNames, runs ? [] : [NAME]);
  project.write(NEXT, table("d"));
  const next = await engine(db, project, "deploy", undefined, transport);
  assert.deepEqual(next.answer?.appliedMigrationNames ?? next.code, runs ?? "P3009");
  assert.equal((await db.query("SELECT count(*) AS n FROM a"))[0].n, 2, "no row is lost");
  if (runs) assert.equal((await unstick(db, project, ["status"])).exit, 0);
}

const ways = [
  { provider: "postgresql", title: "PostgreSQL, as native from 7.4", transport: "native74" },
  { provider: "postgresql", title: "PostgreSQL, through the adapter" },
  { provider: "sqlite", title: "SQLite" },
];

describe("half of a script", { concurrency: 2 }, () => {
  for (const { provider, title, transport } of ways) {
    describe(title, { skip: unavailable(provider), concurrency: 1 }, () => {
      let db;
      before(async () => (db = await createDatabase(provider)));
      after(() => db?.remove());

      for (const [what, scenario] of Object.entries(scenarios)) {
        it(what, async () => {
          await db.empty();
          const project = new Project(provider, scripts);
          project.failing = scenario.script ?? scripts[NAME];
          try {
            await failHalfWay(db, project, transport);
            await scenario.then?.(db, project);
            await resolves(db, project, scenario);
            await prismaAgrees(db, project, scenario, transport);
          } finally {
            project.remove();
          }
        });
      }
    });
  }
});
