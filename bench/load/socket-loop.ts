// The closed loop without a library: for servers that answer in less time than autocannon takes to ask, of which it
// would measure itself. Each connection sends its next request, ready in bytes, when its answer is there.

import { latencyOf } from "../measure/statistics.ts";
import { scenarios } from "../scenarios/scenarios.ts";
import type { WireRequest } from "../variants/wire.ts";
import { connectionsOf, dealt, deckSize } from "./deck.ts";
import type { LoadJob } from "./job.ts";
import { openConnection, type KeepAliveConnection } from "./keep-alive-connection.ts";
import { cpuSince, serveLoad, type StretchResult } from "./load-process.ts";
import { requestBytes } from "./request-bytes.ts";

/** What is not answered so long after the end is an error. */
const GRACE_MS = 10_000;

serveLoad({
  requestCount: deckSize,
  run: (job, requests, seconds) => stretch(job, requests, seconds),
});

async function stretch(job: LoadJob, requests: readonly WireRequest[], seconds: number): Promise<StretchResult> {
  // A refused write answers 200, and is not looked for here.
  if (scenarios[job.scenario]!.isWrite) throw new Error("this loop asks and does not write");
  const port = Number(new URL(job.origin).port);
  const bytes = requests.map((request) => requestBytes(request, port));
  const askers = await Promise.all(dealt(bytes, connectionsOf(job)).map((deck) => openAsker(port, deck)));
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1000;
  const late = setTimeout(() => askers.forEach(({ close }) => close()), seconds * 1000 + GRACE_MS);
  const counts = await Promise.all(askers.map(({ ask }) => ask(endMs)));
  clearTimeout(late);
  const elapsedMs = performance.now() - startedMs;
  const cpuUs = cpuSince(cpuBefore);
  for (const { close } of askers) close();
  const sum = (of: (count: Asked) => number): number => counts.reduce((total, count) => total + of(count), 0);
  return {
    sent: sum(({ sent }) => sent),
    answered: sum(({ latenciesMs }) => latenciesMs.length),
    errors: sum(({ errors }) => errors),
    seconds: elapsedMs / 1000,
    latencyMs: latencyOf(Float64Array.from(counts.flatMap(({ latenciesMs }) => latenciesMs))),
    cpuUs,
  };
}

interface Asked {
  sent: number;
  errors: number;
  readonly latenciesMs: number[];
}

interface Asker {
  /** Asks one after the other until `endMs`, and waits for the last answer; one that never comes is an error. */
  ask(endMs: number): Promise<Asked>;
  /** Also ends a wait. */
  close(): void;
}

async function openAsker(port: number, deck: readonly Buffer[]): Promise<Asker> {
  const connection: KeepAliveConnection = await openConnection(port, () => undefined);
  let giveUp = (): void => undefined;
  return {
    ask: (endMs) =>
      new Promise((resolve) => {
        const asked: Asked = { sent: 0, errors: 0, latenciesMs: [] };
        let sentMs = performance.now();
        const end = (): void => {
          giveUp = () => undefined;
          resolve(asked);
        };
        giveUp = () => {
          asked.errors += 1;
          end();
        };
        const next = (): void => {
          connection.send(deck[asked.sent % deck.length]!, onAnswer);
          asked.sent += 1;
        };
        const onAnswer = (status: number, hasErrors: boolean): void => {
          const nowMs = performance.now();
          if (status !== 0) asked.latenciesMs.push(nowMs - sentMs);
          if (status !== 200 || hasErrors) asked.errors += 1;
          sentMs = nowMs;
          // A connection that broke asks no more.
          if (status === 0 || nowMs >= endMs) end();
          else next();
        };
        next();
      }),
    close() {
      connection.close();
      giveUp();
    },
  };
}
