// A server of a test's own, for what the others' server must not suffer.
import { start, until } from "./process.mjs";

/** { url, stop }: it goes with whoever started it. */
export async function ownServer() {
  const env = { US_TEST_PG: undefined };
  const { child, output, ended } = start(process.env.US_WITH_CLUSTER, ["sh", "-c", 'echo "url $US_TEST_PG"; cat'], { env, input: null });
  const url = await until("a server starts", () => output.stdout.match(/^url (\S+)$/m)?.[1]);
  return { url, stop: () => (child.stdin.end(), ended) };
}
