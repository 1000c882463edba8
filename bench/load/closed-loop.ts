// The closed loop, by autocannon: so many connections, each sending its next request when its answer is
// there. Shows what a server can do at most; its latencies are those of a full house.

import autocannon from "autocannon";
import { latencyOf } from "../measure/statistics.ts";
import type { WireRequest } from "../variants/wire.ts";
import { connectionsOf, dealt, deckSize } from "./deck.ts";
import { cpuSince, serveLoad, type StretchResult } from "./load-process.ts";

const TIMEOUT_SECONDS = 10;
/** How often autocannon looks whether its time is over. */
const TICK_MS = 50;
const ERRORS_FIELD = '"errors":';
/** A write that was refused has done nothing, and counts as nothing done. */
const REFUSAL_FIELD = '"userErrors":[{';

serveLoad({
  requestCount: deckSize,
  run: (job, requests, seconds) => stretch(job.origin, connectionsOf(job), requests, seconds),
});

async function stretch(
  origin: string,
  connections: number,
  requests: readonly WireRequest[],
  seconds: number,
): Promise<StretchResult> {
  const decks = dealt(requests, connections);
  const latencies: number[] = [];
  let client = 0;
  const { result, elapsedMs, cpuUs } = await runAutocannon(
    {
      url: origin,
      connections,
      duration: seconds,
      timeout: TIMEOUT_SECONDS,
      sampleInt: TICK_MS,
      setupClient: (set) => {
        set.setRequests(decks[client % connections] as autocannon.Request[]);
        client += 1;
      },
      verifyBody: (body) => !String(body).includes(ERRORS_FIELD) && !String(body).includes(REFUSAL_FIELD),
    },
    (responseMs) => latencies.push(responseMs),
  );
  return {
    sent: result.requests.sent,
    answered: latencies.length,
    errors: result.errors + result.non2xx + result.mismatches,
    seconds: elapsedMs / 1000,
    latencyMs: latencyOf(Float64Array.from(latencies)),
    cpuUs,
  };
}

/** Time and CPU count from when all connections are under way: building their requests was before. */
function runAutocannon(
  options: autocannon.Options,
  onResponse: (responseMs: number) => void,
): Promise<{ result: autocannon.Result; elapsedMs: number; cpuUs: number }> {
  return new Promise((resolve, reject) => {
    let startedMs = 0;
    let cpuBefore = process.cpuUsage();
    const run = autocannon(options, (error: Error | null, result: autocannon.Result) => {
      if (error === null) resolve({ result, elapsedMs: performance.now() - startedMs, cpuUs: cpuSince(cpuBefore) });
      else reject(error);
    });
    startedMs = performance.now();
    cpuBefore = process.cpuUsage();
    run.on("response", (_client, _status, _bytes, responseMs) => onResponse(responseMs));
  });
}
