// The open loop: requests come at a constant rate, whether or not the server keeps up, as they do from
// phones that know nothing of each other. Latency counts from the moment at which a request was meant to
// be sent, so that a stall is paid by everyone who would have come during it ("coordinated omission").

import { latencyOf } from "../measure/statistics.ts";
import type { WireRequest } from "../variants/wire.ts";
import type { Arrivals, LoadJob } from "./job.ts";
import { openConnection, type KeepAliveConnection, type OnAnswer } from "./keep-alive-connection.ts";
import { cpuSince, serveLoad, type StretchResult } from "./load-process.ts";
import { requestBytes } from "./request-bytes.ts";

/** Requests in flight at most where the job says nothing; what comes beyond waits here, its clock running. */
const CONNECTIONS_MAX = 512;
/** Connections that are being opened at the same time before the clock starts: a listener's queue has an end. */
const OPENING_MAX = 64;
/** Waiting for late answers after the last arrival; what is missing then is an error. */
const GRACE_MS = 2_000;
const TICK_MS = 1;

serveLoad({
  requestCount: (job, seconds) => Math.max(1, Math.ceil(rateOf(job) * seconds)),
  run: (job, requests) => stretch(Number(new URL(job.origin).port), openArrivals(job), requests),
});

type OpenArrivals = Extract<Arrivals, { loop: "open" }>;

function rateOf(job: LoadJob): number {
  return openArrivals(job).perSecond;
}

function openArrivals({ arrivals }: LoadJob): OpenArrivals {
  if (arrivals.loop !== "open") throw new Error("this process runs open loops");
  return arrivals;
}

async function stretch(
  port: number,
  { perSecond, connections }: OpenArrivals,
  requests: readonly WireRequest[],
): Promise<StretchResult> {
  const bytes = requests.map((request) => requestBytes(request, port));
  const latencies = new Float64Array(requests.length);
  const lane = await createLane(port, connections);
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  let errors = 0;
  let answered = 0;
  let due = 0;
  let unsent = 0;
  let refused = 0;
  let lastRightMs = startedMs;
  const send = (place: number): void => {
    const intendedMs = startedMs + (place * 1000) / perSecond;
    const isSent = lane.send(bytes[place]!, (status, hasErrors, isRefusal) => {
      const nowMs = performance.now();
      latencies[answered] = nowMs - intendedMs;
      answered += 1;
      if (status !== 200 || hasErrors) errors += 1;
      else lastRightMs = nowMs;
      if (isRefusal) refused += 1;
    });
    if (!isSent) unsent += 1;
  };
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const elapsedMs = performance.now() - startedMs;
      const dueNow = Math.min(requests.length, Math.floor((elapsedMs * perSecond) / 1000) + 1);
      for (; due < dueNow; due += 1) send(due);
      const isLate = elapsedMs > (requests.length * 1000) / perSecond + GRACE_MS;
      if (answered + unsent < requests.length && !isLate) return;
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
  lane.close();
  const unanswered = requests.length - unsent - answered;
  // Still out when we stopped waiting: at least as late as we waited.
  latencies.fill(performance.now() - startedMs, answered);
  return {
    sent: due - unsent,
    answered,
    errors: errors + unanswered,
    refused,
    rightSeconds: (lastRightMs - startedMs) / 1000,
    unsent,
    seconds: (performance.now() - startedMs) / 1000,
    latencyMs: latencyOf(latencies.subarray(0, answered + unanswered)),
    cpuUs: cpuSince(cpuBefore),
  };
}

interface Lane {
  /** Sends now, or as soon as a connection is free. False: all are busy, and it will never be sent. */
  send(request: Buffer, onAnswer: OnAnswer): boolean;
  close(): void;
}

/**
 * Connections that are opened as they are needed and kept. With `connections` so many, all of them open before
 * it resolves, and nothing waits for a busy one.
 */
async function createLane(port: number, connections?: number): Promise<Lane> {
  const connectionsMax = connections ?? CONNECTIONS_MAX;
  const free: KeepAliveConnection[] = [];
  const waiting: { request: Buffer; onAnswer: OnAnswer }[] = [];
  const all = new Set<KeepAliveConnection>();
  let opening = 0;

  const release = (connection: KeepAliveConnection): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(connection);
    else use(connection, next.request, next.onAnswer);
  };
  const use = (connection: KeepAliveConnection, request: Buffer, onAnswer: OnAnswer): void => {
    connection.send(request, (...answer) => {
      onAnswer(...answer);
      if (all.has(connection)) release(connection);
    });
  };
  const open = async (): Promise<void> => {
    opening += 1;
    try {
      const connection: KeepAliveConnection = await openConnection(port, () => all.delete(connection));
      all.add(connection);
      release(connection);
    } catch {
      // Refused: whoever waits for this connection stays unanswered, and is counted so.
    } finally {
      opening -= 1;
    }
  };

  while (connections !== undefined && all.size < connections) {
    const before = all.size;
    await Promise.all(Array.from({ length: Math.min(OPENING_MAX, connections - before) }, open));
    if (all.size === before) throw new Error(`the server takes no more than ${before} connections`);
  }
  return {
    send(request, onAnswer) {
      const connection = free.pop();
      if (connection !== undefined && all.has(connection)) {
        use(connection, request, onAnswer);
        return true;
      }
      const mayOpen = all.size + opening < connectionsMax;
      if (connections !== undefined && !mayOpen) return false;
      waiting.push({ request, onAnswer });
      if (mayOpen) void open();
      return true;
    },
    close() {
      for (const connection of all) connection.close();
    },
  };
}
