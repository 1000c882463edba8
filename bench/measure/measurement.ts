// One measurement: load on one server, with the kernel's and MySQL's counters read before and after. All
// "per request" figures divide by the requests sent, since the server works for those cut off at the end too.

import { setTimeout as delay } from "node:timers/promises";
import type { LoadDriver } from "../load/driver.ts";
import type { Arrivals } from "../load/job.ts";
import type { ServerProcess } from "../server-process.ts";
import type { DatabaseMeter } from "./database-usage.ts";
import { cpuMicroseconds, residentBytes } from "./process-usage.ts";
import type { LatencyMs } from "./statistics.ts";

export interface Measurement {
  /** Answers a second. */
  readonly throughput: number;
  /** Answers that came. */
  readonly answers: number;
  readonly latencyMs: LatencyMs;
  /** Sent, also those that the end cut off. */
  readonly requests: number;
  readonly errors: number;
  readonly seconds: number;
  /** Microseconds of CPU a request: the server with all its processes, MySQL, and the load process. */
  readonly serverCpuUs: number;
  readonly mysqlCpuUs: number;
  readonly loadCpuUs: number;
  readonly statementsPerRequest: number;
  /** Resident bytes of the server before the load and after it. */
  readonly residentBytesBefore: number;
  readonly residentBytesAfter: number;
}

export interface MeasureOptions {
  readonly server: ServerProcess<string>;
  readonly driver: LoadDriver;
  readonly meter: DatabaseMeter;
  readonly scenario: string;
  /** Only this player asks; null for distinct random players. */
  readonly playerId: number | null;
  /** How many players ask, from the first on; all of the world where not given. */
  readonly askingPlayers?: number;
  readonly arrivals: Arrivals;
  readonly seed: number;
  readonly warmUpSeconds: number;
  readonly measuredSeconds: number;
}

/** A server that used at most one tick of CPU within a look is at rest. */
const REST_LOOK_MS = 100;
const REST_CPU_US_MAX = 10_000;
const REST_MS_MAX = 5_000;

export async function measure(options: MeasureOptions): Promise<Measurement> {
  const { server, driver, meter, scenario, playerId, askingPlayers = null, arrivals, seed } = options;
  const { warmUpSeconds, measuredSeconds } = options;
  const residentBytesBefore = residentBytes(server.pid);
  const read = async () => {
    await untilAtRest(server.pid);
    return { server: cpuMicroseconds(server.pid), mysql: await meter.read() };
  };
  let before = { server: 0, mysql: { cpuUs: 0, statements: 0 } };
  const result = await driver.run(
    {
      origin: server.origin,
      form: server.variant.form,
      scenario,
      world: server.world.name,
      playerId,
      askingPlayers,
      seed,
      arrivals,
      warmUpSeconds,
      measuredSeconds,
    },
    async () => {
      before = await read();
    },
  );
  const after = await read();
  const mysql = meter.difference(before.mysql, after.mysql);
  return {
    throughput: result.answered / result.seconds,
    answers: result.answered,
    latencyMs: result.latencyMs,
    requests: result.sent,
    errors: result.errors,
    seconds: result.seconds,
    serverCpuUs: (after.server - before.server) / result.sent,
    mysqlCpuUs: mysql.cpuUs / result.sent,
    loadCpuUs: result.cpuUs / result.sent,
    statementsPerRequest: mysql.statements / result.sent,
    residentBytesBefore,
    residentBytesAfter: residentBytes(server.pid),
  };
}

/** Requests that the end of the load cut off are still worked on, for nobody; that work belongs to it. */
async function untilAtRest(pid: number): Promise<void> {
  const deadlineMs = performance.now() + REST_MS_MAX;
  for (let before = cpuMicroseconds(pid); performance.now() < deadlineMs;) {
    await delay(REST_LOOK_MS);
    const now = cpuMicroseconds(pid);
    if (now - before <= REST_CPU_US_MAX) return;
    before = now;
  }
}
