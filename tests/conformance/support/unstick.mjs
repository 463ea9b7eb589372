// The program under test, as a user of the project would start it.
import assert from "node:assert/strict";
import { start } from "./process.mjs";

/** What a sanitizer exits with: it must not pass for one of our own codes. */
const SANITIZER = "99";

/** What is added to the environment of these tests. */
const surroundings = (db, env) => ({
  DATABASE_URL: db.url,
  UNSTICK_FORMAT: "json",
  ASAN_OPTIONS: `exitcode=${SANITIZER}`,
  UBSAN_OPTIONS: `halt_on_error=1:exitcode=${SANITIZER}`,
  ...env,
});

/** `given` is the environment it was started with. */
export function unstickStarts(db, project, args, env = {}) {
  const added = surroundings(db, env);
  return { ...start(process.env.US_PROGRAM, args, { cwd: project.root, env: added }), given: { ...process.env, ...added } };
}

export function unstickAnswer({ exit, signal, stdout, stderr }) {
  assert.notEqual(exit, Number(SANITIZER), stderr);
  assert.equal(signal, null, stderr);
  const json = JSON.parse(stdout);
  assert.equal(json.exit_code, exit);
  return { exit, code: json.error?.code ?? null, json, stderr };
}

/** Its exit code, error code and JSON. */
export const unstick = async (db, project, args, env) =>
  unstickAnswer(await unstickStarts(db, project, args, env).ended);
