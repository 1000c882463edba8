// The private servers of one data directory: MariaDB, a cache Redis and a queue Redis, on own ports with
// own files, shared by every command of the clone that runs. Opened by joining or starting them, left by
// stopping them if nobody else is in. Every change happens under one lock, and data outlives all of it.
import { existsSync, realpathSync, rmSync } from "node:fs";
import { withLock } from "../lock.mjs";
import { type Progress, sayIfSlow } from "../progress.ts";
import { onStop } from "../stopping.ts";
import { databaseUrls, type StackPasswords, type StackPurpose } from "./accounts.ts";
import { type StackFiles, stackFiles, stackPasswords } from "./files.ts";
import { countLeases, returnLease, takeLease } from "./lease.ts";
import type { InstallConsent } from "./packages.ts";
import { choosePorts, readPorts, type ServerPorts } from "./ports.ts";
import { liveSocketPath } from "./redis.ts";
import { adoptServer, endProcesses, PortTakenError, type PrivateServer, startServer, stopServer } from "./server.ts";
import { describeServers } from "./servers.ts";

/** What a command connects to. */
export interface StackUrls {
  /** The app's account: it has the rights that prisma/grants.sql gives it, none before. */
  readonly databaseUrl: string;
  readonly migratorDatabaseUrl: string;
  readonly redisUrl: string;
  readonly queueRedisUrl: string;
}

/** One user's hold on the servers. */
export interface Stack {
  readonly urls: StackUrls;
  /** Root, for tests that create databases; undefined where the database is not a private one. */
  readonly adminDatabaseUrl: string | undefined;
  /** Gives this user's hold back; the last one stops the servers. Leaving twice is no error. */
  leave(): Promise<void>;
}

/** How to open a stack. */
export interface StackOptions {
  /** Made when missing. Relative to the working directory. */
  readonly dataDir: string;
  readonly installConsent: InstallConsent;
  /** Told what is going on before anything that takes long. */
  readonly progress?: Progress;
  /** `mysql` runs the MySQL that mysql.ts unpacked. Default `mariadb`. */
  readonly flavour?: "mariadb" | "mysql";
  /** `test`: small buffers, a migrator for many databases, an end without order. Default `development`. */
  readonly purpose?: StackPurpose;
  /** Where DATABASE_URL and the others are looked up; `{}` for a stack that is private whatever is set. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** Installing packages happens before the lock: under it are seconds, a crashed database's recovery apart. */
const LOCK_MS_MAX = 180_000;
const START_TRIES_MAX = 4;

/**
 * The URLs of DATABASE_URL, REDIS_URL and QUEUE_REDIS_URL, and private servers for those not set.
 * A private stack is left by itself when the process is stopped. Throws a SetupError that says what to
 * do when programs are missing or a server does not start; then nothing that it started is left running.
 */
export async function openStack(options: StackOptions): Promise<Stack> {
  const given = givenUrls(options.environment ?? process.env);
  const { databaseUrl, redisUrl, queueRedisUrl } = given;
  if (databaseUrl !== undefined && redisUrl !== undefined && queueRedisUrl !== undefined) {
    const migratorDatabaseUrl = given.migratorDatabaseUrl ?? databaseUrl;
    return {
      urls: { databaseUrl, migratorDatabaseUrl, redisUrl, queueRedisUrl },
      adminDatabaseUrl: undefined,
      leave: async () => undefined,
    };
  }
  return openPrivateStack(options, given);
}

/** Ends the servers of stacks in or below `dataDir` whose users died, and removes the whole directory. */
export async function removeStack(dataDir: string): Promise<void> {
  if (!existsSync(dataDir)) return;
  const directory = `${realpathSync(dataDir)}/`;
  await endProcesses(
    (argument) =>
      argument.startsWith(`--datadir=${directory}`) ||
      (argument.startsWith(directory) && argument.endsWith("/redis.conf")),
  );
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
}

type GivenUrls = Partial<StackUrls>;

/** A stack on its way: what it is made of, before it is known whether it runs. */
interface Plan {
  readonly servers: readonly PrivateServer[];
  readonly files: StackFiles;
  readonly isUrgentEnd: boolean;
  readonly progress: Progress;
}

async function openPrivateStack(options: StackOptions, given: GivenUrls): Promise<Stack> {
  const progress = options.progress ?? (() => undefined);
  const files = stackFiles(options.dataDir);
  const passwords = stackPasswords(files);
  const servers = await describeServers({
    wanted: {
      database: given.databaseUrl === undefined ? (options.flavour ?? "mariadb") : undefined,
      cacheRedis: given.redisUrl === undefined,
      queueRedis: given.queueRedisUrl === undefined,
    },
    purpose: options.purpose ?? "development",
    installConsent: options.installConsent,
    files,
    passwords,
    progress,
  });
  const plan = { servers, files, isUrgentEnd: options.purpose === "test", progress };
  const joining = locked(plan, () => join(plan));
  // Registered before the servers run: a stop in the midst of it waits, and then stops what was started.
  const leave = onStop(async () => {
    const joined = await joining.catch(() => undefined);
    if (joined !== undefined) await locked(plan, () => leaveServers(plan, joined.lease));
  });
  const { ports } = await joining;
  // Faults are put between a server and its client where they can be: on TCP.
  const socketPath =
    options.purpose === "test" || given.redisUrl !== undefined
      ? null
      : await liveSocketPath({ port: ports["cache-redis"] ?? 0, password: passwords.cacheRedis });
  return { ...urlsOf({ given, passwords, ports, socketPath, flavour: options.flavour ?? "mariadb" }), leave };
}

function locked<T>({ files, progress }: Plan, work: () => Promise<T>): Promise<T> {
  const onWait = (pid: number): void => progress(`Waiting for another command of this clone (pid ${pid}) ...`);
  return withLock(files.lock, { waitMs: LOCK_MS_MAX, onWait }, work);
}

async function join(plan: Plan): Promise<{ lease: string; ports: ServerPorts }> {
  const lease = takeLease(plan.files.leases);
  try {
    const ports = await sayIfSlow(plan.progress, "Starting MariaDB and Redis ...", startServers(plan));
    for (const server of plan.servers) await server.assertSettings(portOf(ports, server));
    return { lease, ports };
  } catch (error) {
    await leaveServers(plan, lease);
    throw error;
  }
}

async function leaveServers({ servers, files, isUrgentEnd, progress }: Plan, lease: string): Promise<void> {
  returnLease(lease);
  if (countLeases(files.leases) > 0) return;
  const stops = servers.map((server) => stopServer(server, { urgent: isUrgentEnd }));
  await sayIfSlow(progress, "Stopping MariaDB and Redis ...", Promise.all(stops));
}

/** Adopts what runs, starts the rest side by side, and tries again with another port where one was lost. */
async function startServers({ servers, files }: Plan): Promise<ServerPorts> {
  const stored = readPorts(files.ports);
  const areRunning = await Promise.all(servers.map((server) => adoptServer(server, stored[server.name])));
  let waiting = servers.filter((_, index) => !areRunning[index]);
  for (let tries = 0; waiting.length > 0; tries += 1) {
    const ports = await choosePorts(
      files.ports,
      waiting.map(({ name }) => name),
    );
    const starts = await Promise.allSettled(waiting.map((server) => startServer(server, portOf(ports, server))));
    for (const start of starts) {
      if (start.status === "fulfilled") continue;
      if (!(start.reason instanceof PortTakenError) || tries >= START_TRIES_MAX) throw start.reason;
    }
    waiting = waiting.filter((_, index) => starts[index]?.status === "rejected");
  }
  return readPorts(files.ports);
}

function portOf(ports: ServerPorts, server: PrivateServer): number {
  const port = ports[server.name];
  if (port === undefined) throw new Error(`no port was chosen for ${server.name}`);
  return port;
}

function givenUrls(environment: NodeJS.ProcessEnv): GivenUrls {
  const given = (name: string): string | undefined => (environment[name] === "" ? undefined : environment[name]);
  const urls = {
    databaseUrl: given("DATABASE_URL"),
    migratorDatabaseUrl: given("MIGRATOR_DATABASE_URL"),
    redisUrl: given("REDIS_URL"),
    queueRedisUrl: given("QUEUE_REDIS_URL"),
  };
  return Object.fromEntries(Object.entries(urls).filter(([, url]) => url !== undefined));
}

function urlsOf(context: {
  readonly given: GivenUrls;
  readonly passwords: StackPasswords;
  readonly ports: ServerPorts;
  /** Of the cache Redis. */
  readonly socketPath: string | null;
  readonly flavour: "mariadb" | "mysql";
}): Pick<Stack, "urls" | "adminDatabaseUrl"> {
  const { given, passwords, ports, socketPath, flavour } = context;
  const redisUrl = (password: string, server: string): string => `redis://:${password}@127.0.0.1:${ports[server]}`;
  const cacheUrl =
    socketPath === null
      ? redisUrl(passwords.cacheRedis, "cache-redis")
      : `unix://:${passwords.cacheRedis}@${socketPath}`;
  const redisUrls = {
    redisUrl: given.redisUrl ?? cacheUrl,
    queueRedisUrl: given.queueRedisUrl ?? redisUrl(passwords.queueRedis, "queue-redis"),
  };
  if (given.databaseUrl !== undefined) {
    const { databaseUrl, migratorDatabaseUrl = databaseUrl } = given;
    return { urls: { databaseUrl, migratorDatabaseUrl, ...redisUrls }, adminDatabaseUrl: undefined };
  }
  // MySQL hands out the key that a password is sent with only to whoever asks.
  const query = flavour === "mysql" ? "?allowPublicKeyRetrieval=true" : "";
  const { adminDatabaseUrl, ...urls } = databaseUrls(passwords, ports[flavour] ?? 0, query);
  return { urls: { ...urls, ...redisUrls }, adminDatabaseUrl };
}
