// The server as a process of its own, as production runs it: started with an environment, listening
// on a port that it chose, ended by the test.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { serverNodeOptions } from "../../scripts/node-options.ts";
import type { SigningKeys } from "../../src/runtime/signing-keys.ts";
import type { TestApi } from "./api.ts";
import { compiledServer, isCompiled } from "./compiled-server.ts";

export interface ServerProcess {
  readonly child: ChildProcess;
  readonly port: number;
  /** The last 10,000 characters of its log. */
  log(): string;
}

/** A start waits 10 s for a database that may come yet, and a busy machine takes its time. */
const FAILED_START_MS_MAX = 60_000;

/** What a process that did not come up said and how it ended. */
export interface FailedStart {
  readonly code: number | null;
  readonly stderr: string;
}

/** The settings that make a process a twin of the test's own server: same database, same keys. */
export function environmentOf({ config }: TestApi): Record<string, string> {
  return {
    NODE_ENV: "development",
    DATABASE_URL: config.databaseUrl,
    REDIS_URL: config.redisUrl,
    JWT_KEYS: keysText(config.tokenKeys),
    CURSOR_KEYS: keysText(config.cursorKeys),
    IDEMPOTENCY_KEYS: keysText(config.idempotencyKeys),
    PORT: "0",
    LOG_LEVEL: "info",
  };
}

/** Runs src/main.ts, compiled, or `script` if given, until it listens. Throws with its words when it ends before. */
export async function startServerProcess(
  environment: Readonly<Record<string, string>>,
  script = "src/main.ts",
  args: readonly string[] = [],
): Promise<ServerProcess> {
  const child = spawnServer(environment, [script, ...args]);
  const stderr = textOf(child.stderr!);
  let stdout = "";
  const port = await new Promise<number | null>((resolve) => {
    // Read for as long as the process lives: a log that nobody reads fills its pipe and blocks.
    child.stdout!.on("data", (part) => {
      stdout = (stdout + String(part)).slice(-10_000);
      const listening = /"port":(\d+),"msg":"listening"/.exec(stdout)?.[1];
      if (listening !== undefined) resolve(Number(listening));
    });
    child.once("exit", () => resolve(null));
  });
  if (port === null) throw new Error(`the server ended before it listened: ${await stderr}`);
  return { child, port, log: () => stdout };
}

/** Runs it where it must refuse to start, within `msMax`. */
export async function failToStart(
  environment: Readonly<Record<string, string>>,
  script = "src/main.ts",
  { args = [], msMax = FAILED_START_MS_MAX }: { readonly args?: readonly string[]; readonly msMax?: number } = {},
): Promise<FailedStart> {
  const child = spawnServer(environment, [script, ...args]);
  child.stdout!.resume();
  const stderr = textOf(child.stderr!);
  const [code] = (await once(child, "exit", { signal: AbortSignal.timeout(msMax) })) as [number | null];
  return { code, stderr: await stderr };
}

function spawnServer(environment: Readonly<Record<string, string>>, command: readonly string[]): ChildProcess {
  const [script = "", ...args] = command;
  const program = isCompiled(script)
    ? [...serverNodeOptions, compiledServer(script)]
    : [...(script.endsWith(".ts") ? ["--import", "tsx"] : []), script];
  return spawn(process.execPath, [...program, ...args], {
    env: { PATH: process.env["PATH"], ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const parts: string[] = [];
  for await (const part of stream) parts.push(String(part));
  return parts.join("");
}

function keysText(keys: SigningKeys): string {
  return keys.map(({ kid, secret }) => `${kid}:${secret.toString("base64url")}`).join(",");
}
