// `npm start [-- --yes] [--workers N]`: from a fresh clone to an API that answers, in one command, and back to nothing
// running on Ctrl-C. In order: the port, the private servers, migrations, demo players, then the API
// and the worker at once.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { seedDemo } from "../prisma/seed/demo.ts";
import { signToken } from "../src/edge/token.ts";
import { dataDirectory } from "./clone.ts";
import { migrate } from "./migrate.ts";
import { sayIfSlow } from "./progress.ts";
import { type DevelopmentSecrets, developmentSecrets } from "./secrets.ts";
import { SetupError } from "./setup-error.ts";
import { consentFrom } from "./stack/packages.ts";
import { choosePorts } from "./stack/ports.ts";
import { openStack, type Stack } from "./stack/stack.ts";
import { type ApiProcess, startApi, waitUntilReady } from "./start/api-process.ts";
import { listenAddressFrom, originOf, refuseBusyPort, type ListenAddress } from "./start/listen-address.ts";
import { welcome } from "./start/welcome.ts";
import { onStop } from "./stopping.ts";

const DEMO_PLAYER_COUNT = 1_000;
const TOKEN_TTL_SECONDS = 30 * 24 * 3_600;

/** The command. Runs until it is stopped; throws when the API ends by itself. */
export async function main(args: readonly string[]): Promise<void> {
  const workers = workersFrom(args);
  // Being stopped is how this command ends well.
  process.exitCode = 0;
  const address = listenAddressFrom(process.env);
  await refuseBusyPort(address);
  const dataDir = dataDirectory();
  const stack = await openStack({ dataDir, installConsent: consentFrom(args), progress });
  await migrate({ ...stack.urls, progress });
  if (!isProduction()) await seedDemo({ ...stack.urls, playerCount: DEMO_PLAYER_COUNT, progress });
  const secrets: Partial<DevelopmentSecrets> = isProduction()
    ? {}
    : { ...developmentSecrets(dataDir), ...ownSecrets() };
  const [api, worker] = await Promise.all([
    runApi(address, { ...apiEnvironment(address, stack, secrets), ...workers }),
    runWorker(dataDir, apiEnvironment(address, stack, secrets)),
  ]);
  const token = tokenOfFirstPlayer(secrets.JWT_KEYS);
  console.log(welcome({ origin: originOf(address), token, readySeconds: performance.now() / 1_000 }));
  throw new SetupError(`${await firstToEnd({ "The API": api, "The worker": worker })}; see above.`);
}

/** What --workers says, as the API's own setting; its value is the API's to judge. */
function workersFrom(args: readonly string[]): { readonly WORKERS?: string } {
  try {
    const options = { yes: { type: "boolean" }, workers: { type: "string" } } as const;
    const { workers } = parseArgs({ args: [...args], options }).values;
    return workers === undefined ? {} : { WORKERS: workers };
  } catch {
    throw new SetupError(`npm start knows only --yes and --workers N, got: ${args.join(" ")}`);
  }
}

async function runApi(address: ListenAddress, environment: NodeJS.ProcessEnv): Promise<ApiProcess> {
  const api = startApi(environment);
  onStop(async () => {
    progress("Stopping ...");
    await api.stop();
  });
  await sayIfSlow(progress, "Starting the API ...", waitUntilReady(api, originOf(address)));
  return api;
}

async function runWorker(dataDir: string, environment: NodeJS.ProcessEnv): Promise<ApiProcess> {
  const port = process.env["WORKER_PORT"] || String(await freeWorkerPort(dataDir, Number(environment["PORT"])));
  const worker = startApi({ ...environment, WORKER_PORT: port }, "src/worker.ts");
  onStop(() => worker.stop());
  await waitUntilReady(worker, originOf({ host: environment["HOST"]!, port: Number(port) }), "The worker");
  return worker;
}

/** One that nobody listens on, and not the API's, which may not be listening yet. */
async function freeWorkerPort(dataDir: string, apiPort: number): Promise<number> {
  const { worker = 0, spare = 0 } = await choosePorts(join(dataDir, "worker-port.json"), ["worker", "spare"]);
  return worker === apiPort ? spare : worker;
}

/** What ended by itself, and by what. */
function firstToEnd(processes: Readonly<Record<string, ApiProcess>>): Promise<string> {
  return Promise.race(
    Object.entries(processes).map(async ([name, { ended }]) => `${name} ended by itself (${await ended})`),
  );
}

function apiEnvironment(
  { host, port }: ListenAddress,
  { urls }: Stack,
  secrets: Partial<DevelopmentSecrets>,
): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {
    NODE_ENV: "development",
    ...process.env,
    ...secrets,
    DATABASE_URL: urls.databaseUrl,
    REDIS_URL: urls.redisUrl,
    QUEUE_REDIS_URL: urls.queueRedisUrl,
    HOST: host,
    PORT: String(port),
  };
  // The API works with the app's rights; it has no business knowing the migrator.
  delete environment["MIGRATOR_DATABASE_URL"];
  return environment;
}

/** Secrets set by hand come before this clone's. */
function ownSecrets(): Partial<DevelopmentSecrets> {
  const names = ["JWT_KEYS", "CURSOR_KEYS", "IDEMPOTENCY_KEYS"] as const;
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function tokenOfFirstPlayer(keys: string | undefined): string | undefined {
  if (keys === undefined) return undefined;
  return signToken({ keys, subject: "1", role: "player", ttlSeconds: TOKEN_TTL_SECONDS });
}

function isProduction(): boolean {
  return process.env["NODE_ENV"] === "production";
}

function progress(line: string): void {
  console.error(line);
}
