// A variant as a process of its own: production settings, own secrets, own port, its words in a log file
// of its own. Tied to us by a channel, so that it ends when we do, however we end.

import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { projectDir } from "../scripts/clone.ts";
import { SetupError } from "../scripts/setup-error.ts";
import type { Stack } from "../scripts/stack/stack.ts";
import { onStop } from "../scripts/stopping.ts";
import { pinning } from "./cores.ts";
import { wireRequest } from "./variants/wire.ts";
import type { Variant, VariantName } from "./variants/variants.ts";
import type { World } from "./world.ts";

export interface ServerProcess<Name extends string = VariantName> {
  readonly variant: Variant<Name>;
  readonly world: World;
  /** Null: the server's own default. */
  readonly poolSize: number | null;
  readonly pid: number;
  readonly origin: string;
  stop(): Promise<void>;
}

/** What all server processes of a run share. */
export interface ServerSettings {
  readonly stack: Stack;
  readonly tokenKeys: string;
  readonly cursorKeys: string;
  /** Where logs go. */
  readonly logDir: string;
}

export interface StartServerOptions<Name extends string = VariantName> extends ServerSettings {
  readonly variant: Variant<Name>;
  readonly world: World;
  readonly poolSize: number | null;
  readonly port: number;
}

/** Answers of Satchel's, by operation id, for a variant that only repeats them. */
export function answersFile(logDir: string): string {
  return join(logDir, "answers.json");
}

const READY_MS_MAX = 30_000;
const STOP_MS_MAX = 10_000;
const POLL_MS = 50;
const LOG_CHARACTERS_MAX = 2_000;

/** Resolves when it answers. Throws a SetupError with its last words when it does not. */
export async function startServer<Name extends string>(
  options: StartServerOptions<Name>,
): Promise<ServerProcess<Name>> {
  const { variant, world, poolSize, port, logDir } = options;
  mkdirSync(logDir, { recursive: true });
  const logPath = join(logDir, `${variant.name}-${world.name}.log`);
  const child = spawnServer(options, logPath);
  const stop = onStop(() => stopProcess(child));
  const origin = `http://127.0.0.1:${port}`;
  await untilAnswering(child, variant, origin, logPath);
  return { variant, world, poolSize, pid: child.pid!, origin, stop };
}

function spawnServer(options: StartServerOptions<string>, logPath: string): ChildProcess {
  const { stack, tokenKeys, cursorKeys, variant, world, poolSize, port } = options;
  const log = openSync(logPath, "w", 0o600);
  const command = [...pinning("server"), process.execPath, ...variant.nodeOptions, variant.entry];
  const child = spawn(command[0]!, command.slice(1), {
    cwd: projectDir,
    // Nothing of ours leaks in: this is what an operator would set, and no more.
    env: {
      PATH: process.env["PATH"],
      NODE_ENV: "production",
      HOST: "127.0.0.1",
      PORT: String(port),
      DATABASE_URL: world.databaseUrl,
      REDIS_URL: stack.urls.redisUrl,
      // One process against one: production would start as many as there are cores.
      WORKERS: "1",
      QUEUE_REDIS_URL: stack.urls.queueRedisUrl,
      JWT_KEYS: tokenKeys,
      CURSOR_KEYS: cursorKeys,
      // Any key will do: no two servers of a run share what it signs.
      IDEMPOTENCY_KEYS: cursorKeys,
      BENCH_ANSWERS_FILE: answersFile(options.logDir),
      ...(poolSize === null ? {} : { DATABASE_POOL_SIZE: String(poolSize) }),
      ...variant.environment,
    },
    detached: true,
    stdio: ["ignore", log, log, "ipc"],
  });
  closeSync(log);
  return child;
}

/** Any answer of the GraphQL path or of REST's will do: the content is compared later. */
async function untilAnswering(
  child: ChildProcess,
  { form, name }: Variant<string>,
  origin: string,
  logPath: string,
): Promise<void> {
  const startedMs = performance.now();
  const { method, path, headers, body } = wireRequest(form, { operation: "HomeScreen", variables: {} }, null);
  while (!(await isAnswering(`${origin}${path}`, { method, headers, ...(body === undefined ? {} : { body }) }))) {
    if (child.exitCode !== null || child.signalCode !== null || performance.now() - startedMs > READY_MS_MAX) {
      const words = readFileSync(logPath, "utf8").slice(-LOG_CHARACTERS_MAX);
      throw new SetupError(`the server of variant ${name} does not answer; its last words:\n${words}`);
    }
    await delay(POLL_MS);
  }
}

async function isAnswering(url: string, request: RequestInit): Promise<boolean> {
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // Not listening yet.
    return false;
  }
}

async function stopProcess(child: ChildProcess): Promise<void> {
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  const startedMs = performance.now();
  child.kill("SIGTERM");
  while (isAlive()) {
    if (performance.now() - startedMs > STOP_MS_MAX) child.kill("SIGKILL");
    await delay(POLL_MS);
  }
}
