// Other programs: run to their end, or kept going beside a test.
import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

const PATIENCE_MS = 60_000; // nothing here takes a tenth of it

/** A program that is running. `ended` is { exit, signal, stdout, stderr }; exit is null after a signal. */
export function start(command, args, { env = {}, cwd, input } = {}) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, cwd, timeout: PATIENCE_MS });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"]) {
    child[stream].setEncoding("utf8").on("data", (text) => (output[stream] += text));
  }
  child.stdin.on("error", () => {}); // it may end without having read everything
  if (input !== null) child.stdin.end(input ?? "");
  const ended = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exit, signal) => resolve({ exit, signal, ...output }));
  });
  return { child, output, ended };
}

export const run = (command, args, options) => start(command, args, options).ended;

/** The output of a program that has to succeed. */
export async function must(command, args, options) {
  const { exit, stdout, stderr } = await run(command, args, options);
  if (exit !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr || stdout}`);
  return stdout;
}

/** Waits until `what` gives something true, and returns that. */
export async function until(why, what) {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await pause(30)) {
    const answer = await what();
    if (answer) return answer;
  }
  throw new Error(`never happened: ${why}`);
}
