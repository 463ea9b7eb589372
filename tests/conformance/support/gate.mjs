// A place where a script, a trigger or a policy stands still until the test lets it go on:
// no sleeping, and no guessing how long something takes.
import assert from "node:assert/strict";
import { until } from "./process.mjs";

/** What has to stand in the script. One who waits here is waiting for nothing else. */
export const PASS_GATE = "SELECT pg_advisory_lock_shared(4242)";
export const LEAVE_GATE = "SELECT pg_advisory_unlock_shared(4242)";

const here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())";

async function close(db, lock, waiters) {
  const session = db.session();
  await session.say(lock);
  const waiting = `SELECT pid FROM pg_locks WHERE NOT granted AND ${here} AND ${waiters}`;
  return {
    /** The backend that stands before it. */
    waiter: () => until("somebody waits at the gate", async () => (await db.query(waiting))[0]?.pid),
    open: () => session.close(),
  };
}

/** A closed gate for scripts; it is closed in other words than those they pass it with. */
export const closeGate = (db) => close(db, "SELECT pg_advisory_lock(4200 + 42)", "locktype = 'advisory' AND objid = 4242");

/** One of a table, which can be neither read nor written until it is open. */
export const closeTable = (db, table) =>
  close(db, `BEGIN; LOCK TABLE ${table}`, `locktype = 'relation' AND relation = '${table}'::regclass`);

/** The end of a backend, whose client may be long gone. */
export const backendGone = (db, pid) =>
  until(`backend ${pid} ends`, async () => (await db.query(`SELECT FROM pg_stat_activity WHERE pid = ${pid}`)).length === 0);

/** A statement that never ends, and holds SQLite's write lock meanwhile. */
export const endless = (table) =>
  `INSERT INTO ${table} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n;\n`;

/** Somebody is, and stays, in a statement that writes to SQLite, and the table is there. */
export async function writerIn(db, table) {
  let before = false; // one look may fall between the lock and the first page of any short statement
  await until(`somebody writes to ${table}`, () => {
    const now = db.isBeingWritten();
    const stays = before && now;
    before = now;
    return stays;
  });
  assert.ok((await db.look()).tables.includes(table), `${table} is there`);
}
