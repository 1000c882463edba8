// The open loop: requests come at a constant rate, whether or not the server keeps up, as they do from
// phones that know nothing of each other. Latency counts from the moment at which a request was meant to
// be sent, so that a stall is paid by everyone who would have come during it ("coordinated omission").

import { latencyOf } from "../measure/statistics.ts";
import type { WireRequest } from "../variants/wire.ts";
import type { LoadJob } from "./job.ts";
import { openConnection, type KeepAliveConnection, type OnAnswer } from "./keep-alive-connection.ts";
import { cpuSince, serveLoad, type StretchResult } from "./load-process.ts";

/** Requests in flight at most; what comes beyond waits here, its clock running. */
const CONNECTIONS_MAX = 512;
/** Waiting for late answers after the last arrival; what is missing then is an error. */
const GRACE_MS = 2_000;
const TICK_MS = 1;

serveLoad({
  requestCount: (job, seconds) => Math.max(1, Math.ceil(rateOf(job) * seconds)),
  run: (job, requests) => stretch(Number(new URL(job.origin).port), rateOf(job), requests),
});

function rateOf({ arrivals }: LoadJob): number {
  if (arrivals.loop !== "open") throw new Error("this process runs open loops");
  return arrivals.perSecond;
}

async function stretch(port: number, perSecond: number, requests: readonly WireRequest[]): Promise<StretchResult> {
  const bytes = requests.map((request) => bytesOf(request, port));
  const latencies = new Float64Array(requests.length);
  const lane = createLane(port);
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  let errors = 0;
  let answered = 0;
  let sent = 0;
  const send = (place: number): void => {
    const intendedMs = startedMs + (place * 1000) / perSecond;
    lane.send(bytes[place]!, (status, hasErrors) => {
      latencies[answered] = performance.now() - intendedMs;
      answered += 1;
      if (status !== 200 || hasErrors) errors += 1;
    });
  };
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const elapsedMs = performance.now() - startedMs;
      const due = Math.min(requests.length, Math.floor((elapsedMs * perSecond) / 1000) + 1);
      for (; sent < due; sent += 1) send(sent);
      const isLate = elapsedMs > (requests.length * 1000) / perSecond + GRACE_MS;
      if (answered < requests.length && !isLate) return;
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
  lane.close();
  const unanswered = requests.length - answered;
  // Still out when we stopped waiting: at least as late as we waited.
  latencies.fill(performance.now() - startedMs, answered);
  return {
    sent,
    answered,
    errors: errors + unanswered,
    seconds: (performance.now() - startedMs) / 1000,
    latencyMs: latencyOf(latencies),
    cpuUs: cpuSince(cpuBefore),
  };
}

interface Lane {
  /** Sends now, or as soon as a connection is free. */
  send(request: Buffer, onAnswer: OnAnswer): void;
  close(): void;
}

/** Connections that are opened as they are needed and kept. */
function createLane(port: number): Lane {
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
    connection.send(request, (status, hasErrors) => {
      onAnswer(status, hasErrors);
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

  return {
    send(request, onAnswer) {
      const connection = free.pop();
      if (connection !== undefined && all.has(connection)) {
        use(connection, request, onAnswer);
        return;
      }
      waiting.push({ request, onAnswer });
      if (all.size + opening < CONNECTIONS_MAX) void open();
    },
    close() {
      for (const connection of all) connection.close();
    },
  };
}

function bytesOf({ method, path, headers, body = "" }: WireRequest, port: number): Buffer {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === "" ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`);
}
