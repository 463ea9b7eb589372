// What `unstick status` says of real histories, against the engine's own diagnosis: edited,
// failed, pending and missing names; and the order of migrations, against `migrate status`.
// Every checksum in these ledgers has been agreed to by the engine (nothing is edited) before
// anything is changed.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createDatabase, unavailable } from "./support/database.mjs";
import { cli, engine } from "./support/prisma.mjs";
import { Project, checksumOf } from "./support/project.mjs";
import { unstick } from "./support/unstick.mjs";

const corpus = process.env.US_CORPUS;

/** Directory names whose order is a matter of language, not of bytes. */
const ODD = [
  ...["_f", "1_c", "10_a", "9_b", "a_e", "B_d", "b_d2", "é_g", "Z z", "z-z", "z_z", "zz", ".dot", "~t", "+p", "(b)"],
  ...["20240101_A", "20240101_a", "20240101_B", "0_x", "00_x", "ß_x", "ss_x", "ST_x", "ø_x", "Ä_a", "ä_a", "az_a", "я_a", "日本"],
];

const at = (n) => new Date(Date.UTC(2024, 0, 1, 0, n));
const applied = (n) => ({ startedAt: at(n), finishedAt: at(n), steps: 1 });
const failed = (n) => ({ startedAt: at(n), logs: "broken" });
const rolledBack = (n) => ({ startedAt: at(n), rolledBackAt: at(n), logs: "broken" });

const toCrlf = (text) => text.replaceAll("\r\n", "\n").replaceAll("\n", "\r\n");
const toLf = (text) => text.replaceAll("\r\n", "\n");
/** As an old engine wrote it: each byte without its leading zero. */
const legacy = (checksum) => checksum.replace(/../g, (byte) => parseInt(byte, 16).toString(16));

// What is done to a migration: to its folder, and to its records. `sum` is of the script as
// it was; each gives the records' parts that are not ordinary.
const changes = {
  none: (project, name, sum, n) => [{ ...applied(n) }],
  "CRLF on disk": (project, name, sum, n) => (project.write(name, toCrlf(project.script(name))), [applied(n)]),
  "LF on disk": (project, name, sum, n) => (project.write(name, toLf(project.script(name))), [applied(n)]),
  "CRLF recorded": (project, name, sum, n) => [{ ...applied(n), checksum: checksumOf(toCrlf(project.script(name))) }],
  "a trailing blank": (project, name, sum, n) => (project.write(name, `${project.script(name)} `), [applied(n)]),
  "no newline at the end": (project, name, sum, n) => (project.write(name, project.script(name).trimEnd()), [applied(n)]),
  "line ends mixed": (project, name, sum, n) => (project.write(name, `--\r\n--\n${project.script(name)}`), [applied(n)]),
  "mixed as recorded": (project, name, sum, n) => {
    const text = `--\r\n--\n${project.script(name)}`;
    project.write(name, toCrlf(text));
    return [{ ...applied(n), checksum: checksumOf(text) }];
  },
  "not UTF-8": (project, name, sum, n) => {
    project.write(name, Buffer.concat([Buffer.from("-- caf\xe9\n", "latin1"), Buffer.from(project.script(name))]));
    return [{ ...applied(n), checksum: project.checksum(name) }];
  },
  "a byte order mark": (project, name, sum, n) => (project.write(name, `\ufeff${project.script(name)}`), [applied(n)]),
  "the old form of the checksum": (project, name, sum, n) => [{ ...applied(n), checksum: legacy(sum) }],
  "upper case": (project, name, sum, n) => [{ ...applied(n), checksum: sum.toUpperCase() }],
  "an empty checksum": (project, name, sum, n) => [{ ...applied(n), checksum: "" }],
  "the folder removed": (project, name, sum, n) => (project.removeFolder(name), [applied(n)]),
  "no record": () => [],
  "rolled back": (project, name, sum, n) => [rolledBack(n)],
  "rolled back, the folder removed": (project, name, sum, n) => (project.removeFolder(name), [rolledBack(n)]),
  "rolled back, then applied": (project, name, sum, n) => [{ ...rolledBack(n), checksum: "0".repeat(64) }, applied(n + 1)],
  "rolled back, edited, then applied": (project, name, sum, n) => {
    project.write(name, `${project.script(name)}\n-- corrected\n`);
    return [rolledBack(n), { ...applied(n + 1), checksum: project.checksum(name) }];
  },
  failed: (project, name, sum, n) => [failed(n)],
  "failed twice": (project, name, sum, n) => [failed(n), failed(n + 1)],
  "failed, edited since": (project, name, sum, n) => (project.write(name, "SELECT 1;"), [failed(n)]),
  "failed, the folder removed": (project, name, sum, n) => (project.removeFolder(name), [failed(n)]),
  "applied, then failed": (project, name, sum, n) => [applied(n), failed(n + 1)],
  "finished and rolled back in one": (project, name, sum, n) => [{ ...applied(n), rolledBackAt: at(n) }],
  "applied by hand": (project, name, sum, n) => [{ startedAt: at(n), finishedAt: at(n), logs: "" }],
};
const kinds = Object.keys(changes);

/** Every migration of a history gets one of the changes; each history begins elsewhere in the list. */
function change(project, names, turn) {
  const records = [];
  for (const [i, name] of names.entries()) {
    const sum = project.checksum(name);
    const kind = kinds[(i + turn) % kinds.length];
    for (const record of changes[kind](project, name, sum, 2 * i)) records.push({ name, checksum: sum, ...record });
  }
  project.write("20990101000000_the_newest", "SELECT 1;\n");
  return records;
}

/** The engine's diagnosis, by name. */
function asDiagnosed({ editedMigrationNames, failedMigrationNames, history }) {
  return {
    edited: editedMigrationNames.toSorted(),
    failed: [...new Set(failedMigrationNames)].sort(),
    pending: (history?.unappliedMigrationNames ?? []).toSorted(),
    missing: [...new Set(history?.unpersistedMigrationNames ?? [])].sort(),
  };
}

const countNames = (lists) => Object.fromEntries(Object.entries(lists).map(([key, names]) => [key, names.length]));

/** The same from our history. The engine has no word for a rolled-back name: it is pending, if it has a folder. */
function asReported({ history }, project) {
  const names = (test) => history.filter(test).map((entry) => entry.name).sort();
  const there = new Set(project.folders());
  return {
    edited: names((entry) => entry.edited === true),
    failed: names((entry) => entry.state === "failed"),
    pending: names((entry) => entry.state === "pending" || (entry.state === "rolled_back" && there.has(entry.name))),
    missing: names((entry) => entry.state === "missing" || (entry.state === "failed" && !there.has(entry.name))),
  };
}

async function assertAgree(db, project) {
  const diagnosed = asDiagnosed((await engine(db, project, "diagnose")).answer);
  const { json } = await unstick(db, project, ["status"]);
  assert.deepEqual(asReported(json, project), diagnosed);
  return { json, diagnosed };
}

function load(name) {
  const folder = join(corpus, name);
  const lock = existsSync(join(folder, "migration_lock.toml")) ? readFileSync(join(folder, "migration_lock.toml"), "utf8") : "";
  const provider = lock.match(/^provider = "(\w+)"/m)?.[1];
  const scripts = {};
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) scripts[entry.name] = readFileSync(join(folder, entry.name, "migration.sql"), "utf8");
  }
  return { name, provider, scripts };
}

const histories = existsSync(corpus) ? readdirSync(corpus).filter((name) => existsSync(join(corpus, name, "migration_lock.toml"))) : [];

describe("real histories", { skip: histories.length === 0 && `there is no corpus at ${corpus}`, concurrency: 2 }, () => {
  for (const [provider, title] of [["postgresql", "PostgreSQL"], ["sqlite", "SQLite"]]) {
    describe(title, { skip: unavailable(provider), concurrency: 1 }, () => {
      let db;
      before(async () => (db = await createDatabase(provider)));
      after(() => db?.remove());

      for (const [turn, { name, scripts }] of histories.map(load).filter((one) => one.provider === provider).entries()) {
        const names = Object.keys(scripts).sort();

        it(`${name}: ${names.length} migrations, as they are`, async (t) => {
          const project = new Project(provider, scripts);
          t.after(project.remove);
          await db.startOver(db.ledgerSql(names.map((migration, n) => ({ name: migration, checksum: project.checksum(migration), ...applied(n) }))));
          const { json, diagnosed } = await assertAgree(db, project);
          assert.deepEqual(countNames(diagnosed), { edited: 0, failed: 0, pending: 0, missing: 0 });
          assert.equal(json.migrations.applied, names.length);
        });

        it(`${name}: with every other folder or record changed`, async (t) => {
          const project = new Project(provider, scripts);
          t.after(project.remove);
          await db.startOver(db.ledgerSql(change(project, names, turn * 5)));
          await assertAgree(db, project);
        });
      }
    });
  }

  it("two applied records of one name", { skip: unavailable("sqlite") }, async (t) => {
    const db = await createDatabase("sqlite");
    t.after(() => db.remove());
    const project = new Project("sqlite", { first: "SELECT 1;\n", last: "SELECT 1;\n" });
    t.after(project.remove);
    const [right, wrong] = [project.checksum("first"), "0".repeat(64)];
    await db.sql(
      db.ledgerSql([
        { name: "first", checksum: right, ...applied(0) },
        { name: "first", checksum: wrong, ...applied(1) },
        { name: "last", checksum: wrong, ...applied(2) },
        { name: "last", checksum: right, ...applied(3) },
      ]),
    );
    await assertAgree(db, project);
  });

  it("names sort as Prisma sorts them", { skip: unavailable("sqlite") }, async (t) => {
    const db = await createDatabase("sqlite");
    t.after(() => db.remove());
    const project = new Project("sqlite", Object.fromEntries(ODD.map((name) => [name, "SELECT 1;\n"])));
    t.after(project.remove);
    await db.sql(db.ledgerSql([]));
    const { text } = await cli(db, project, "status");
    const { json } = await unstick(db, project, ["status"]);
    const listed = text.split("\n").filter((line) => ODD.includes(line));
    assert.deepEqual(json.history.map((entry) => entry.name), listed);
    assert.equal(listed.length, ODD.length);
  });
});
