// `npm run bench -- flood`: 50,000 connections, each with one hot request in flight, all of them at the same moment.
// That it is the same moment is made sure of: the server's processes stand still until all requests are
// written. What is counted: answers, errors, what came too late, how long the last one waited, and memory.

import { fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BASIC_ITEM_COUNT } from "../../prisma/seed/catalogue.ts";
import { main as buildSatchel } from "../../scripts/build.ts";
import { dataDirectory, projectDir } from "../../scripts/clone.ts";
import { withLock } from "../../scripts/lock.mjs";
import { serverNodeOptions } from "../../scripts/node-options.ts";
import { randomSecret } from "../../scripts/secrets.ts";
import { SetupError } from "../../scripts/setup-error.ts";
import { consentFrom } from "../../scripts/stack/packages.ts";
import { choosePorts } from "../../scripts/stack/ports.ts";
import { openStack } from "../../scripts/stack/stack.ts";
import { onStop } from "../../scripts/stopping.ts";
import { until } from "../../test/kit/until.ts";
import { createSignToken } from "../load/requests.ts";
import { residentBytes } from "../measure/process-usage.ts";
import { catalogue } from "../scenarios/catalogue.ts";
import { playerState } from "../scenarios/player-state.ts";
import { wireRequest, type WireRequest } from "../variants/wire.ts";
import { openWorld } from "../world.ts";
import type { FloodRound, FloodShare } from "./client.ts";

interface FloodOptions {
  readonly connectionCount: number;
  readonly workerCount: number;
  readonly clientCount: number;
}

const HOT_PLAYERS = 1_000;
const FIRST_PLAYER_ID = 3;
const PLAYER_COUNT = 5_000;
/** One request in ten is for the catalogue. */
const CATALOGUE_EVERY = 10;
/** A client port serves one destination only. */
const HOSTS = Array.from({ length: 16 }, (_, place) => `127.0.0.${place + 1}`);
const OPENING_MAX = 64;
const WAIT_MS_MAX = 30_000;
const READY_MS_MAX = 30_000;
/** An epoch of the cache that is new is shut at first. */
const CACHING_MS = 6_000;

/** The command. Resolves to the exit code: 1 when a request failed or came too late. */
export async function benchFlood(args: readonly string[]): Promise<number> {
  const options = floodOptionsOf(args);
  const dataDir = join(dataDirectory(), "bench");
  mkdirSync(join(dataDir, "logs"), { recursive: true });
  return withLock(join(dataDir, "bench.lock"), { waitMs: 1_000 }, async () => {
    if ((await buildSatchel()) !== 0) throw new SetupError("npm run build fails; see above");
    const stack = await openStack({ dataDir, installConsent: consentFrom(args), environment: {}, progress });
    const size = { name: "main", playerCount: PLAYER_COUNT, itemCount: BASIC_ITEM_COUNT } as const;
    const { databaseUrl } = await openWorld(stack, { ...size, heavyItemLocationCount: 0 }, progress);
    const { flood: port = 0 } = await choosePorts(join(dataDir, "flood-ports.json"), ["flood"]);
    const keys = `bench:${randomSecret(32)}`;
    const server = await startServer(join(dataDir, "logs", "flood.log"), options, {
      DATABASE_URL: databaseUrl,
      REDIS_URL: stack.urls.redisUrl,
      QUEUE_REDIS_URL: stack.urls.queueRedisUrl,
      JWT_KEYS: keys,
      CURSOR_KEYS: keys,
      IDEMPOTENCY_KEYS: keys,
      PORT: String(port),
    });
    return flood(server, options, { port, requests: hotRequests(keys) });
  });
}

async function flood(
  server: ChildProcess,
  { connectionCount, clientCount }: FloodOptions,
  { port, requests }: { readonly port: number; readonly requests: readonly WireRequest[] },
): Promise<number> {
  progress("Asking once for all that is to be hot ...");
  await askAll(port, requests);
  const bytesBefore = residentBytes(server.pid!);
  const shares = sharesOf(connectionCount, clientCount).map((count) => ({
    port,
    hosts: HOSTS,
    connectionCount: count,
    openingMax: OPENING_MAX,
    requests: requests.map(textOf),
    waitMsMax: WAIT_MS_MAX,
  }));
  const clients = shares.map(startClient);
  let startedMs = performance.now();
  const opened = sumOf(await Promise.all(clients.map((client) => roundFrom(client, "opened"))));
  console.log(lineOf("opened, and asked once each", opened, performance.now() - startedMs));
  const bytesIdle = residentBytes(server.pid!);
  const workers = childrenOf(server.pid!);
  console.log(`connections by process: ${workers.map((pid) => socketCountOf(pid)).join(", ")}`);

  for (const pid of workers) process.kill(pid, "SIGSTOP");
  const written = clients.map((client) => roundFrom(client, "written"));
  const answered = clients.map((client) => roundFrom(client, "answered"));
  for (const client of clients) client.send("ask");
  await Promise.all(written);
  startedMs = performance.now();
  for (const pid of workers) process.kill(pid, "SIGCONT");
  const asked = sumOf(await Promise.all(answered));
  console.log(lineOf("all in flight at once", asked, performance.now() - startedMs));
  const perConnection = (bytes: number) => `${((bytes - bytesBefore) / connectionCount / 1_024).toFixed(1)} kB`;
  console.log(`memory: ${megabytes(bytesBefore)} before, ${megabytes(bytesIdle)} with all connections open`);
  console.log(`per connection: ${perConnection(bytesIdle)} idle, ${perConnection(residentBytes(server.pid!))} after`);
  return opened.answered === connectionCount && asked.answered === connectionCount ? 0 : 1;
}

function floodOptionsOf(args: readonly string[]): FloodOptions {
  const text = { type: "string" } as const;
  const usage = "usage: npm run bench -- flood [--connections 50000] [--workers 6] [--clients 4] [--yes]";
  try {
    const options = { connections: text, workers: text, clients: text, yes: { type: "boolean" } } as const;
    const { connections = "50000", workers = "6", clients = "4" } = parseArgs({ args: [...args], options }).values;
    const [connectionCount = 0, workerCount = 0, clientCount = 0] = [connections, workers, clients].map(Number);
    if (connectionCount >= clientCount && clientCount >= 1 && workerCount >= 2) {
      return { connectionCount, workerCount, clientCount };
    }
  } catch {
    // Said below.
  }
  throw new SetupError(usage);
}

async function startServer(
  logPath: string,
  { workerCount }: FloodOptions,
  settings: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const log = openSync(logPath, "w", 0o600);
  const child = spawn(process.execPath, [...serverNodeOptions, "dist/main.js", "--workers", String(workerCount)], {
    cwd: projectDir,
    env: { PATH: process.env["PATH"], NODE_ENV: "production", HOST: "0.0.0.0", DATABASE_POOL_SIZE: "4", ...settings },
    stdio: ["ignore", log, log, "ipc"],
  });
  closeSync(log);
  onStop(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
  });
  await until(
    async () => (await isReady(settings["PORT"]!)) && childrenOf(child.pid!).length === workerCount,
    () => `the server is not ready; see ${logPath}`,
    READY_MS_MAX,
  );
  return child;
}

function isReady(port: string): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** One for each hot player, and the catalogue in between. */
function hotRequests(keys: string): WireRequest[] {
  const signToken = createSignToken(keys);
  const random = { integer: () => 0, fraction: () => 0, pick: <T>([first]: readonly T[]) => first! } as never;
  return Array.from({ length: HOT_PLAYERS }, (_, place) => {
    const { ask } = place % CATALOGUE_EVERY === 0 ? catalogue : playerState;
    const playerId = FIRST_PLAYER_ID + place;
    return wireRequest("documentId", ask({ playerId, cityIndex: 0 }, random), signToken(playerId));
  });
}

async function askAll(port: number, requests: readonly WireRequest[]): Promise<void> {
  const untilMs = performance.now() + CACHING_MS;
  do {
    for (const { method, path, headers, body = "" } of requests) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, body });
      if (!response.ok) throw new SetupError(`the server answers ${response.status}: ${await response.text()}`);
      await response.arrayBuffer();
    }
  } while (performance.now() < untilMs);
}

function textOf({ method, path, headers, body = "" }: WireRequest): string {
  const all = { Host: "localhost", ...headers, "Content-Length": String(Buffer.byteLength(body)) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}

function sharesOf(count: number, parts: number): number[] {
  return Array.from(
    { length: parts },
    (_, place) => Math.floor(((place + 1) * count) / parts) - Math.floor((place * count) / parts),
  );
}

function startClient(share: FloodShare): ChildProcess {
  const client = fork(join(projectDir, "bench/flood/client.ts"), { execArgv: ["--import", "tsx"] });
  onStop(async () => void client.kill("SIGKILL"));
  client.send(share);
  return client;
}

function roundFrom(client: ChildProcess, kind: FloodRound["kind"]): Promise<FloodRound> {
  return new Promise((resolve, reject) => {
    client.on("message", (round: FloodRound) => round.kind === kind && resolve(round));
    client.once("exit", () => reject(new Error("a client process has ended")));
  });
}

function sumOf(rounds: readonly FloodRound[]): FloodRound {
  return rounds.reduce((sum, round) => ({
    kind: round.kind,
    answered: sum.answered + round.answered,
    wrong: sum.wrong + round.wrong,
    broken: sum.broken + round.broken,
    late: sum.late + round.late,
  }));
}

function lineOf(title: string, { answered, wrong, broken, late }: FloodRound, elapsedMs: number): string {
  const seconds = (elapsedMs / 1_000).toFixed(1);
  return `${title}: ${answered} answered, ${wrong} errors, ${broken} broken, ${late} late, in ${seconds} s`;
}

function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number);
}

function parentOf(pid: string): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    // Ended in the meantime.
    return null;
  }
}

function socketCountOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(0)} MB`;
}

function progress(line: string): void {
  console.error(line);
}
