// `npm run bench -- pressure`: what Satchel does at its limit and beyond it. The most cold reads a second; half as many
// while the cache Redis does not answer; five times as many, in turns with the most; and 20,000 hot players. Satchel
// alone: what the others do at their limits is no yardstick.

import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { BASIC_ITEM_COUNT } from "../../prisma/seed/catalogue.ts";
import { dataDirectory, projectDir } from "../../scripts/clone.ts";
import { withLock } from "../../scripts/lock.mjs";
import { randomSecret } from "../../scripts/secrets.ts";
import { stackFiles } from "../../scripts/stack/files.ts";
import { consentFrom } from "../../scripts/stack/packages.ts";
import { choosePorts } from "../../scripts/stack/ports.ts";
import { pidsWithArgument } from "../../scripts/stack/process-table.ts";
import { openStack, type Stack } from "../../scripts/stack/stack.ts";
import { buildAll } from "../build.ts";
import { startLoadDriver } from "../load/driver.ts";
import { createDatabaseMeter } from "../measure/database-usage.ts";
import { startServer } from "../server-process.ts";
import { readSurroundings } from "../surroundings.ts";
import { variants } from "../variants/variants.ts";
import { openWorld } from "../world.ts";
import { judgePressure, type PressureResults } from "./findings.ts";
import { pressureOptionsOf, type PressureOptions } from "./options.ts";
import { measureHotPlayers, measureOverloads, measurePeak, measureRedisAway, untilCaching } from "./parts.ts";
import { printedPressure } from "./table.ts";

const LOCK_MS_MAX = 1_000;
const NAME = "pressure";

/** The command. Resolves to the exit code: 1 when something that is wanted was missed. */
export async function benchPressure(args: readonly string[]): Promise<number> {
  const options = pressureOptionsOf(args);
  const dataDir = join(dataDirectory(), "bench");
  mkdirSync(dataDir, { recursive: true });
  // The lock of the whole benchmark: two would measure each other.
  return withLock(join(dataDir, "bench.lock"), { waitMs: LOCK_MS_MAX }, async () => {
    progress("Building Satchel and the load processes ...");
    await buildAll();
    const stack = await openStack({ dataDir, installConsent: consentFrom(args), environment: {}, progress });
    const results = await measureAll(stack, dataDir, options);
    const verdicts = judgePressure(results);
    console.log(printedPressure(results, verdicts));
    console.log(`Written: ${write(results, dataDir)}`);
    return !options.quick && verdicts.some(({ isKept }) => isKept === false) ? 1 : 0;
  });
}

async function measureAll(stack: Stack, dataDir: string, options: PressureOptions): Promise<PressureResults> {
  const size = { name: "main", playerCount: options.playerCount, itemCount: BASIC_ITEM_COUNT } as const;
  const world = await openWorld(stack, { ...size, heavyItemLocationCount: 0 }, progress);
  const meter = await createDatabaseMeter(stack, dataDir);
  progress("Waiting for the database to come to rest ...");
  await meter.settle();
  const surroundings = readSurroundings(meter.version);
  await meter.close();
  const key = (name: string) => `bench-${name}:${randomSecret(32)}`;
  const settings = { stack, tokenKeys: key("token"), cursorKeys: key("cursor"), logDir: join(dataDir, "logs") };
  const { satchel: port = 0 } = await choosePorts(join(dataDir, `${NAME}-ports.json`), ["satchel"]);
  const start = () => startServer({ ...settings, variant: variants.satchel, world, poolSize: null, port });
  const closed = await startLoadDriver("closed", { main: world }, settings.tokenKeys);
  const open = await startLoadDriver("open", { main: world }, settings.tokenKeys);
  const server = await start();
  const ground = { options, server, closed, open, tokenKeys: settings.tokenKeys };
  progress("The peak of cold reads ...");
  await untilCaching(ground);
  const peak = await measurePeak(ground);
  progress("With the cache Redis, and with it frozen ...");
  // Before the overload, whose aftermath would make the yardstick a long one.
  const redisAway = await measureRedisAway(ground, peak, cacheRedisPid(dataDir));
  progress("Overload ...");
  const overloads = await measureOverloads(ground);
  await server.stop();
  progress("Hot players ...");
  const fresh = await start();
  await untilCaching({ ...ground, server: fresh });
  const hotPlayers = await measureHotPlayers({ ...ground, server: fresh });
  for (const { stop } of [fresh, open, closed]) await stop();
  return { ...surroundings, options, peak, overloads, ...redisAway, hotPlayers };
}

/** Known by its configuration file, like the stack knows it. */
function cacheRedisPid(dataDir: string): number {
  const configPath = join(stackFiles(dataDir).directoryOf("cache-redis"), "redis.conf");
  const [pid] = pidsWithArgument((argument) => argument === configPath);
  if (pid === undefined) throw new Error("the cache Redis is not among the processes");
  return pid;
}

/** Returns the path, relative to the repository. A quick run's stands beside its database. */
function write(results: PressureResults, dataDir: string): string {
  const folder = results.options.quick ? join(dataDir, "results") : join(projectDir, "bench", "results");
  mkdirSync(folder, { recursive: true });
  const moment = results.startedAt.slice(0, 16).replace("T", "-").replace(":", "");
  const path = join(folder, `${NAME}-${moment}-${results.commit}${results.isModified ? "-modified" : ""}.json`);
  writeFileSync(path, `${JSON.stringify(results, null, 2)}\n`);
  return relative(projectDir, path);
}

function progress(line: string): void {
  console.error(line);
}
