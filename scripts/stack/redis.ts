// The two private Redis servers. The cache may lose everything and evicts what it needs room for; the
// queue may lose nothing: every append is on disk before it is answered, and a full memory refuses
// instead of evicting. Passwords stand in configuration files that only the owner reads, not on argv.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SetupError } from "../setup-error.ts";
import { type RespReply, redisReplies } from "./resp.ts";
import type { PrivateServer } from "./server.ts";

/** What a Redis is for. */
export type RedisRole = "cache" | "queue";

const SETTINGS: Record<RedisRole, Readonly<Record<string, string>>> = {
  // What is large has an end, and may go before it. The epoch has none, since without it nothing that is cached counts.
  cache: { save: "", appendonly: "no", maxmemory: "256mb", "maxmemory-policy": "volatile-lru" },
  queue: {
    save: "",
    appendonly: "yes",
    appendfsync: "always",
    maxmemory: "512mb",
    "maxmemory-policy": "noeviction",
  },
};

/** Read back from the living server: what a kill -9 cannot show to be missing. */
const ASSERTED: Record<RedisRole, readonly string[]> = {
  cache: ["maxmemory-policy", "appendonly"],
  queue: ["appendonly", "appendfsync", "maxmemory-policy"],
};

/** Beside its port: on one machine TCP only adds to what a round trip costs. */
const SOCKET = "redis.sock";
/** What a socket's address holds (unix(7)), its end taken off. */
const SOCKET_PATH_BYTES_MAX = 107;
/** Of what needs no escape, neither in a URL nor in Redis' own configuration. */
const PLAIN_PATH = /^[\w./-]+$/;

/** Where a Redis whose files lie in `directory` has its socket; null where such a path cannot be one. */
export function redisSocketPath(directory: string): string | null {
  const path = join(directory, SOCKET);
  return PLAIN_PATH.test(path) && path.length <= SOCKET_PATH_BYTES_MAX ? path : null;
}

/** By the words of the living server: one that an earlier build started has none, whatever files lie about. */
export async function liveSocketPath(address: { port: number; password: string }): Promise<string | null> {
  const [reply] = await redisReplies(address, [["CONFIG", "GET", "unixsocket"]]);
  const path = Array.isArray(reply) ? reply[1] : undefined;
  return typeof path === "string" && path !== "" ? path : null;
}

/** Describes the Redis of `role` whose files lie in `directory`. */
export function redisServer(options: {
  readonly role: RedisRole;
  readonly program: string;
  readonly directory: string;
  readonly logPath: string;
  readonly password: string;
}): PrivateServer {
  const { role, program, directory, logPath, password } = options;
  const configPath = join(directory, "redis.conf");
  const title = role === "cache" ? "the cache Redis" : "the queue Redis";
  return {
    name: `${role}-redis`,
    title,
    marker: configPath,
    logPath,
    prepare: async (port) => {
      mkdirSync(directory, { recursive: true });
      writeFileSync(configPath, configuration({ role, directory, port, password }), { mode: 0o600 });
    },
    commandLine: () => [program, configPath],
    ping: async (port) => {
      await redisReplies({ port, password }, [["PING"]]);
    },
    assertSettings: async (port) => {
      const names = ASSERTED[role];
      const replies = await redisReplies(
        { port, password },
        names.map((name) => ["CONFIG", "GET", name]),
      );
      for (const [index, name] of names.entries()) assertSetting(title, name, replies[index], SETTINGS[role][name]);
    },
  };
}

function configuration(options: {
  readonly role: RedisRole;
  readonly directory: string;
  readonly port: number;
  readonly password: string;
}): string {
  const lines: [string, string][] = [
    ["bind", "127.0.0.1"],
    ["port", String(options.port)],
    ...(options.role === "cache" ? socketLines(options.directory) : []),
    ["requirepass", options.password],
    ["dir", quoted(options.directory)],
    ["daemonize", "no"],
    // The title would hide the path of this file, by which an orphaned server is found again.
    ["set-proc-title", "no"],
    ...Object.entries(SETTINGS[options.role]).map(([name, value]): [string, string] => [
      name,
      value === "" ? '""' : value,
    ]),
  ];
  return lines.map(([name, value]) => `${name} ${value}\n`).join("");
}

function socketLines(directory: string): [string, string][] {
  const path = redisSocketPath(directory);
  if (path === null) return [];
  return [
    ["unixsocket", path],
    ["unixsocketperm", "700"],
  ];
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function assertSetting(title: string, name: string, reply: RespReply | undefined, wanted: string | undefined): void {
  const live = Array.isArray(reply) ? reply[1] : undefined;
  if (live === wanted) return;
  throw new SetupError(`${title} runs with ${name} "${String(live)}"; Satchel's promises need "${String(wanted)}"`);
}
