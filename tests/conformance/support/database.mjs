// The two databases as test material: a fresh one, SQL, the ledger's rows. Looked at with
// psql and sqlite3, so that neither Prisma nor unstick is asked about itself.
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must, run, start, until } from "./process.mjs";

export const LEDGER = "_prisma_migrations";
const quoted = (value) =>
  value === null || value === undefined ? "NULL" : typeof value === "number" ? `${value}` : `'${value.replaceAll("'", "''")}'`;

/** Prisma's table, as its own engine creates it. */
const ledgerTable = {
  postgresql: `CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0);`,
  sqlite: `CREATE TABLE "_prisma_migrations" ("id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL,
    "finished_at" DATETIME, "migration_name" TEXT NOT NULL, "logs" TEXT, "rolled_back_at" DATETIME,
    "started_at" DATETIME NOT NULL DEFAULT current_timestamp, "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0);`,
};

class Database {
  /** SQL that makes the ledger with these records; times are Dates, stored as `time` makes them. */
  ledgerSql(records, time = this.time) {
    const rows = records.map((record) => {
      const times = [record.startedAt, record.finishedAt, record.rolledBackAt].map((at) => at && time(at));
      const values = [record.id ?? randomUUID(), record.checksum, record.name, record.logs, record.steps ?? 0, ...times];
      return `(${values.map(quoted).join(", ")})`;
    });
    const insert = `INSERT INTO ${LEDGER}
      (id, checksum, migration_name, logs, applied_steps_count, started_at, finished_at, rolled_back_at) VALUES `;
    return ledgerTable[this.provider] + (rows.length ? `${insert}${rows.join(",\n")};` : "");
  }

  /** As `sql`, in an empty database. */
  async startOver(sql) {
    await this.empty();
    await this.sql(sql);
  }
}

const EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public";
const asJson = (query) => `(SELECT coalesce(json_agg(t), '[]') FROM (${query}) t)`;

class Postgres extends Database {
  provider = "postgresql";
  title = "PostgreSQL";
  engine = "pg";
  /** As the native engine stores times. */
  time = (date) => date.toISOString();

  static async create(url = process.env.US_TEST_PG) {
    const db = new Postgres();
    db.name = `conformance_${randomUUID().replaceAll("-", "")}`;
    const server = new URL(url);
    db.server = server.href;
    // adapter-pg sends times without a zone: they are true only where the server's is UTC.
    await db.#psql(db.server, `CREATE DATABASE ${db.name}; ALTER DATABASE ${db.name} SET timezone = 'UTC'`);
    server.pathname = `/${db.name}`;
    db.url = server.href;
    return db;
  }

  #psql(url, sql) {
    return must("psql", ["-XqAt", "-v", "ON_ERROR_STOP=1", url], { input: sql });
  }

  sql(text) {
    return this.#psql(this.url, `SET client_min_messages = error;\n${text}`);
  }

  async query(text) {
    return JSON.parse(await this.sql(`SELECT ${asJson(text)}`));
  }

  rows() {
    return this.query(`SELECT * FROM ${LEDGER} ORDER BY started_at`);
  }

  /** Its tables, the ledger's columns and its rows (null without a ledger). */
  async look() {
    const printed = await this.sql(`SELECT to_regclass('${LEDGER}') IS NOT NULL AS there \\gset
      SELECT ${asJson("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")};
      SELECT ${asJson(`SELECT column_name, data_type, character_maximum_length, is_nullable, column_default
        FROM information_schema.columns WHERE table_name = '${LEDGER}' ORDER BY ordinal_position`)};
      \\if :there
        SELECT ${asJson(`SELECT * FROM ${LEDGER} ORDER BY started_at`)};
      \\endif`);
    // One array a statement; within one, psql breaks lines before objects only.
    const [tables, columns, rows = null] = printed.trim().split(/\n(?=\[)/).map((text) => JSON.parse(text));
    return { tables: tables.map((table) => table.tablename), columns, rows };
  }

  empty() {
    return this.sql(EMPTY);
  }

  startOver(sql) {
    return this.sql(`${EMPTY};\n${sql}`);
  }

  remove() {
    return this.#psql(this.server, `DROP DATABASE IF EXISTS ${this.name} WITH (FORCE)`);
  }

  /** Another session, kept open: `await say(sql)` gives what it printed. */
  session() {
    const { child, output, ended } = start("psql", ["-XqAt", this.url], { input: null });
    const say = async (sql) => {
      const mark = `done ${randomUUID()}`;
      const from = output.stdout.length;
      child.stdin.write(`${sql};\n\\echo ${mark}\n`);
      await until(`psql's answer to ${sql}`, () => output.stdout.includes(mark));
      return output.stdout.slice(from, output.stdout.indexOf(mark)).trim();
    };
    const close = () => (child.stdin.end(), ended);
    return { say, close };
  }
}

/** Where SQLite's RESERVED lock is: PENDING_BYTE + 1 (https://sqlite.org/fileformat2.html, "The Lock-Byte Page"). */
const RESERVED_BYTE = 0x40000001;

class Sqlite extends Database {
  provider = "sqlite";
  title = "SQLite";
  engine = "sqlite";
  /** As the native engine stores times: every public dump has milliseconds. */
  time = (date) => date.getTime();
  /** As the libsql adapter does. */
  timeAsText = (date) => date.toISOString().replace("Z", "+00:00");

  static async create() {
    const db = new Sqlite();
    db.folder = mkdtempSync(join(tmpdir(), "unstick-conformance-"));
    db.path = join(db.folder, "dev.db");
    db.url = `file:${db.path}`;
    await db.sql("SELECT 1");
    return db;
  }

  sql(text) {
    return must("sqlite3", ["-bail", "-cmd", ".timeout 5000", this.path], { input: text });
  }

  async query(text) {
    const json = await must("sqlite3", ["-bail", "-json", "-cmd", ".timeout 5000", this.path, text]);
    return json === "" ? [] : JSON.parse(json);
  }

  rows() {
    return this.query(`SELECT * FROM ${LEDGER} ORDER BY started_at`);
  }

  async look() {
    const tables = await this.query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1");
    const columns = await this.query(`SELECT * FROM pragma_table_info('${LEDGER}')`);
    return { tables: tables.map((table) => table.name), columns, rows: columns.length ? await this.rows() : null };
  }

  /**
   * Whether somebody is in a statement that writes, and has written nothing yet. The kernel says it: to try for the
   * lock, or even to read, would now and then make the very deploy fail that the test is about.
   */
  isBeingWritten() {
    if (!existsSync(this.path) || existsSync(`${this.path}-journal`)) return false;
    return readFileSync("/proc/locks", "utf8").includes(`:${statSync(this.path).ino} ${RESERVED_BYTE} ${RESERVED_BYTE}\n`);
  }

  async empty() {
    for (const end of ["", "-journal", "-wal", "-shm"]) rmSync(this.path + end, { force: true });
  }

  async remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Fresh and empty, on the tests' server or the one of this URL; the caller removes it. */
export async function createDatabase(provider, url) {
  return provider === "sqlite" ? Sqlite.create() : Postgres.create(url);
}

/** Why the tests on this provider can't run, or false. */
export const unavailable = (provider) =>
  provider === "postgresql" && !process.env.US_TEST_PG ? "no PostgreSQL was started (US_TEST_PG)" : false;
