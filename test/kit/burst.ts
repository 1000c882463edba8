// Requests that really arrive together, from a process of their own: the server, which lives in the
// test's process, stands still from when all connections are open until all requests are written. On a
// busy machine they would otherwise trickle in as the client gets its turns.

import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Asked } from "./api.ts";
import type { Burst } from "./burst-client.ts";
import { compiledServer } from "./compiled-server.ts";
import { until } from "./until.ts";

const STILL_MS_MAX = 10_000;

/** Asks all of it at the same moment, a connection each; the data in the order of the questions. */
// oxlint-disable-next-line typescript/no-explicit-any -- the shape is what the test's query asks for
export async function readAtOnce(url: string, asked: readonly Asked[]): Promise<any[]> {
  const folder = mkdtempSync(join(tmpdir(), "burst-"));
  const burst: Burst = {
    port: Number(new URL(url).port),
    requests: asked.map(({ query, variables, token }) => ({ body: JSON.stringify({ query, variables }), token })),
    mayWriteFile: join(folder, "may-write"),
    writtenFile: join(folder, "written"),
  };
  const client = fork(compiledServer("test/kit/burst-client.ts"), { execArgv: [] });
  try {
    client.send(burst);
    await once(client, "message", { signal: AbortSignal.timeout(20_000) });
    await until(
      async () => (await connectionCount(url)) >= asked.length,
      () => "the server has not taken in all connections",
    );
    standStill(burst);
    const [answers] = (await once(client, "message", { signal: AbortSignal.timeout(20_000) })) as [string[]];
    return answers.map((answer) => {
      const { data, errors } = JSON.parse(answer);
      if (errors !== undefined) throw new Error(`expected an answer without errors, got ${JSON.stringify(errors)}`);
      return data;
    });
  } finally {
    client.kill();
    rmSync(folder, { recursive: true });
  }
}

/** Open to the client means no more than that the system has them: the server takes them in one by one. */
async function connectionCount(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^satchel_http_connections (\d+)$/m.exec(text)?.[1] ?? 0);
}

/** Nothing else runs in this process meanwhile, which is the purpose. */
function standStill({ mayWriteFile, writtenFile }: Burst): void {
  writeFileSync(mayWriteFile, "");
  const sleep = new Int32Array(new SharedArrayBuffer(4));
  const startedAtMs = performance.now();
  while (!existsSync(writtenFile)) {
    if (performance.now() - startedAtMs > STILL_MS_MAX) throw new Error("the client did not write in time");
    Atomics.wait(sleep, 0, 0, 1);
  }
}
