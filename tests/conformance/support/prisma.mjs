// The real Prisma: the engine of 7.10.1 alone, and the whole command line of 6.19.3.
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { run, start } from "./process.mjs";

const oracle = process.env.US_ORACLE;
const codeIn = (text) => text.match(/\b(P\d{4})\b/)?.[1] ?? null;

function engineStarts(db, project, verb, name, transport) {
  const args = [db.engine, db.url, project.prisma, verb, ...(name === undefined ? [] : [name])];
  return start(join(oracle, "engine7"), args, { env: transport ? { EXEC: transport } : {} });
}

function engineAnswer({ exit, signal, stdout, stderr }) {
  const error = stdout.match(/^ERROR (P\d{4})?/m);
  if (exit === 0 && error) throw new Error(`the engine failed and exits 0: ${stdout}`);
  return { exit, signal, code: error?.[1] ?? null, text: stdout + stderr, answer: exit === 0 ? JSON.parse(stdout) : null };
}

/**
 * Prisma 7's engine: deploy, diagnose, applied NAME, rolledback NAME. `transport` is how a
 * script reaches PostgreSQL: "native" (up to 7.3: one query), "native74" (from 7.4: one a
 * statement), or as the adapter does it.
 */
export const engine = async (db, project, verb, name, transport) =>
  engineAnswer(await engineStarts(db, project, verb, name, transport).ended);

/** The same, kept going: { child, done }. */
export function engineGoing(db, project, verb, name, transport) {
  const { child, ended } = engineStarts(db, project, verb, name, transport);
  return { child, done: ended.then(engineAnswer) };
}

/** Prisma 6's `prisma migrate ...`; `text` is what it says of the history, without its preamble. */
export async function cli(db, project, ...args) {
  const env = { DATABASE_URL: db.url, PROVIDER: db.engine };
  const { exit, stdout, stderr } = await run(join(oracle, "prisma6"), [project.prisma, "migrate", ...args], { env });
  const said = (stdout + stderr).split("\n");
  const text = said.filter((line) => !/^(Loaded Prisma config|Prisma config detected|Prisma schema loaded|Datasource ")/.test(line));
  return { exit, code: codeIn(stdout + stderr), text: text.join("\n").trim() };
}

/**
 * As after `npm ci`: `npx prisma migrate ...` works in the project's folder. The answer is
 * the environment it needs for that where there is no native engine.
 */
export function install(db, project) {
  const home = join(process.env.ORACLE_HOME, "p6");
  symlinkSync(join(home, "node_modules"), join(project.root, "node_modules"));
  cpSync(join(home, "prisma.config.ts"), join(project.root, "prisma.config.ts"));
  return {
    PROVIDER: db.engine,
    PRISMA_SCHEMA_ENGINE_BINARY: join(home, "dummy-bin"),
    PRISMA_QUERY_ENGINE_BINARY: join(home, "dummy-bin"),
    PRISMA_QUERY_ENGINE_LIBRARY: join(home, "dummy.so.node"),
    NODE_OPTIONS: `--require ${join(home, "unref.cjs")}`,
    CHECKPOINT_DISABLE: "1",
    npm_config_offline: "true",
    npm_config_update_notifier: "false",
  };
}
