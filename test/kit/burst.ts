// Requests that really arrive together, from a process of their own.

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Asked } from "./api.ts";
import type { Burst } from "./burst-client.ts";

/** Asks all of it at the same moment, a connection each; the data in the order of the questions. */
// oxlint-disable-next-line typescript/no-explicit-any -- the shape is what the test's query asks for
export async function readAtOnce(url: string, asked: readonly Asked[]): Promise<any[]> {
  const client = fork(fileURLToPath(new URL("burst-client.ts", import.meta.url)), {
    execArgv: ["--import", "tsx"],
  });
  const burst: Burst = {
    port: Number(new URL(url).port),
    requests: asked.map(({ query, variables, token }) => ({ body: JSON.stringify({ query, variables }), token })),
  };
  client.send(burst);
  const [answers] = (await once(client, "message", { signal: AbortSignal.timeout(20_000) })) as [string[]];
  return answers.map((answer) => {
    const { data, errors } = JSON.parse(answer);
    if (errors !== undefined) throw new Error(`expected an answer without errors, got ${JSON.stringify(errors)}`);
    return data;
  });
}
