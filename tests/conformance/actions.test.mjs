// What Prisma makes of a ledger that unstick has written to: the same `migrate status`, the
// same diagnosis and the same next deploy as after its own `resolve`, or, where it has no
// such thing (a rename), as after a history without trouble.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createDatabase, unavailable } from "./support/database.mjs";
import { auditOf, comparable } from "./support/ledger.mjs";
import { cli, engine } from "./support/prisma.mjs";
import { Project } from "./support/project.mjs";
import { unstick } from "./support/unstick.mjs";

const INIT = "20240101000000_init";
const POSTS = "20240102000000_add_posts";
const RENAMED = "20240102000000_posts";
const TAGS = "20240103000000_add_tags";

const creates = (...tables) => tables.map((name) => `CREATE TABLE ${name} (id integer PRIMARY KEY);\n`).join("");
const scripts = { [INIT]: creates("users"), [POSTS]: creates("posts") };

const deploy = async (db, project) => (await engine(db, project, "deploy")).exit;

/** The script ran to its end; the process died before that was recorded. */
async function dieBeforeTheEnd(db, project) {
  assert.equal(await deploy(db, project), 0);
  await db.sql(`UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = '${POSTS}'`);
}

const renameFolder = (project) => project.rename(POSTS, RENAMED);
const renameRecords = (db) =>
  db.sql(`UPDATE _prisma_migrations SET migration_name = '${RENAMED}' WHERE migration_name = '${POSTS}'`);

/** The script fails; then somebody corrects it. */
async function failAndCorrect(db, project) {
  project.write(POSTS, creates("users"));
  assert.equal(await deploy(db, project), 1);
  project.write(POSTS, scripts[POSTS]);
}

// `stick` makes the trouble; `real` is what Prisma's own tools would do about it. `untroubled`:
// Prisma must see what a deploy would have left that had this name for POSTS from the start.
// `runs`: what the next deploy runs.
const scenarios = {
  "applied, as the ledger proves": {
    stick: dieBeforeTheEnd,
    real: (db, project) => engine(db, project, "applied", POSTS),
    actions: ["applied"],
    runs: [TAGS],
    untroubled: POSTS,
  },
  "renamed, then applied": {
    stick: async (db, project) => (await dieBeforeTheEnd(db, project), renameFolder(project)),
    real: async (db, project) => (await renameRecords(db), engine(db, project, "applied", RENAMED)),
    actions: ["applied"],
    runs: [TAGS],
    untroubled: RENAMED,
  },
  "renamed, though applied": {
    stick: async (db, project) => (assert.equal(await deploy(db, project), 0), renameFolder(project)),
    real: renameRecords,
    actions: ["rename"],
    runs: [TAGS],
    untroubled: RENAMED,
  },
  "rolled back by hand": {
    stick: failAndCorrect,
    by: ["--rolled-back", POSTS],
    real: (db, project) => engine(db, project, "rolledback", POSTS),
    actions: ["rolled_back"],
    runs: [POSTS, TAGS],
  },
  "applied by hand": {
    stick: async (db, project) => (await failAndCorrect(db, project), await db.sql(scripts[POSTS])),
    by: ["--applied", POSTS],
    real: (db, project) => engine(db, project, "applied", POSTS),
    actions: ["applied"],
    runs: [TAGS],
    untroubled: POSTS,
  },
  "rolled back by a policy that may override": {
    stick: async (db, project) => {
      project.configure("allow_override: true\npolicies: [policy.lua]\n");
      project.policy(`return { any = function()
        return { action = "rolled_back", reason = "a person has looked", override = true }
      end }`);
      await failAndCorrect(db, project);
    },
    real: (db, project) => engine(db, project, "rolledback", POSTS),
    actions: ["rolled_back"],
    runs: [POSTS, TAGS],
  },
};

/** All that Prisma says of it, before and after the next deploy, which has one script more. */
async function asPrismaSeesIt(db, project) {
  const status = db.provider === "postgresql" && (await cli(db, project, "status")); // slow, and the same code
  project.write(TAGS, creates("tags"));
  const diagnosis = (await engine(db, project, "diagnose")).answer;
  const next = await engine(db, project, "deploy");
  const after = (await engine(db, project, "diagnose")).answer;
  return { status, diagnosis, runs: next.answer?.appliedMigrationNames, exit: next.exit, after };
}

async function inTrouble(db, scenario, use) {
  const project = new Project(db.provider, scripts);
  try {
    await db.empty();
    await scenario.stick(db, project);
    return await use(project, await db.rows());
  } finally {
    project.remove();
  }
}

const afterUnstick = (db, scenario) =>
  inTrouble(db, scenario, async (project, before) => {
    const { exit, json } = await unstick(db, project, ["resolve", ...(scenario.by ?? [])]);
    assert.equal(exit, 0, JSON.stringify(json.cases));
    assert.equal((await unstick(db, project, ["status"])).exit, 0);
    const rows = await db.rows();
    const actions = rows.flatMap((row) => auditOf(row)?.action ?? []);
    return { actions, rows: comparable(rows, before), seen: await asPrismaSeesIt(db, project) };
  });

const afterPrisma = (db, scenario) =>
  inTrouble(db, scenario, async (project, before) => {
    await scenario.real(db, project);
    const rows = comparable(await db.rows(), before);
    return { rows, seen: scenario.untroubled ? null : await asPrismaSeesIt(db, project) };
  });

async function withoutTrouble(db, name) {
  const project = new Project(db.provider, { [INIT]: scripts[INIT], [name]: scripts[POSTS] });
  try {
    await db.empty();
    assert.equal(await deploy(db, project), 0);
    return await asPrismaSeesIt(db, project);
  } finally {
    project.remove();
  }
}

describe("after each action", { concurrency: 2 }, () => {
  for (const [provider, title] of [["postgresql", "PostgreSQL"], ["sqlite", "SQLite"]]) {
    describe(title, { skip: unavailable(provider), concurrency: 1 }, () => {
      let db;
      before(async () => (db = await createDatabase(provider)));
      after(() => db?.remove());

      const untroubled = {}; // by name: some scenarios end alike
      for (const [what, scenario] of Object.entries(scenarios)) {
        it(what, async () => {
          const ours = await afterUnstick(db, scenario);
          const real = await afterPrisma(db, scenario);
          assert.deepEqual(ours.actions, scenario.actions);
          assert.deepEqual(ours.rows, real.rows);
          const name = scenario.untroubled;
          if (name) untroubled[name] ??= await withoutTrouble(db, name);
          assert.deepEqual(ours.seen, name ? untroubled[name] : real.seen);
          assert.deepEqual(ours.seen.runs, scenario.runs);
        });
      }
    });
  }
});
