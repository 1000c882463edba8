// `npm run bench`: builds, opens its own servers and worlds, refuses unequal variants, sweeps their pools,
// measures in interleaved rounds, and writes down what came out. Exits with 1 when a budget is broken.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { dataDirectory, projectDir } from "../scripts/clone.ts";
import { withLock } from "../scripts/lock.mjs";
import { randomSecret } from "../scripts/secrets.ts";
import { consentFrom } from "../scripts/stack/packages.ts";
import { choosePorts } from "../scripts/stack/ports.ts";
import { openStack, type Stack } from "../scripts/stack/stack.ts";
import { judge, verdictText, type Verdict } from "./budgets.ts";
import { buildAll } from "./build.ts";
import { assertEqualAnswers } from "./equality.ts";
import { startLoadDriver } from "./load/driver.ts";
import { createDatabaseMeter, type DatabaseMeter } from "./measure/database-usage.ts";
import type { Measurement } from "./measure/measurement.ts";
import { benchOptionsOf, type BenchOptions } from "./options.ts";
import { writeReport } from "./report/write-report.ts";
import { trialTables } from "./report/tables.ts";
import type { BenchResults, SweepResult } from "./results.ts";
import { runOpenLoops, runRounds, runSoak, warmUpAll, type RoundsContext } from "./rounds.ts";
import { startServer, type ServerProcess, type ServerSettings } from "./server-process.ts";
import { readSurroundings } from "./surroundings.ts";
import { bestPoolSize, sweepPoolSizes } from "./sweep.ts";
import { expectedMinutes, trialsOf } from "./trials.ts";
import { variants, type VariantName } from "./variants/variants.ts";
import { openWorlds, type ReadWorlds, type WorldName } from "./world.ts";

const LOCK_MS_MAX = 1_000;
/** Above it the machine has other work, and figures will not hold. */
const QUIET_LOAD_MAX = 0.7;

/** The command. Resolves to the exit code. */
export async function runBench(args: readonly string[]): Promise<number> {
  const options = benchOptionsOf(args);
  const dataDir = join(dataDirectory(), "bench");
  mkdirSync(dataDir, { recursive: true });
  // One at a time: two would measure each other.
  return withLock(join(dataDir, "bench.lock"), { waitMs: LOCK_MS_MAX }, () => benchIn(dataDir, options, args));
}

async function benchIn(dataDir: string, options: BenchOptions, args: readonly string[]): Promise<number> {
  progress("Building Satchel and the variants ...");
  await buildAll();
  const stack = await openStack({ dataDir, installConsent: consentFrom(args), environment: {}, progress });
  const worlds = await openWorlds(stack, options, progress);
  const meter = await createDatabaseMeter(stack, dataDir);
  progress("Waiting for the database to come to rest ...");
  await meter.settle();
  const results = await measureAll({ dataDir, options, stack, worlds, meter });
  await meter.close();
  const verdicts = judge(results);
  console.log(trialTables(results));
  console.log(budgetLines(verdicts, options.quick));
  const folder = options.quick ? join(dataDir, "results") : join(projectDir, "bench", "results");
  console.log(`Written: ${writeReport(folder, results, verdicts).join(", ")}`);
  return !options.quick && verdicts.some(({ isKept }) => isKept === false) ? 1 : 0;
}

interface BenchContext {
  readonly dataDir: string;
  readonly options: BenchOptions;
  readonly stack: Stack;
  readonly worlds: ReadWorlds;
  readonly meter: DatabaseMeter;
}

async function measureAll({ dataDir, options, stack, worlds, meter }: BenchContext): Promise<BenchResults> {
  const surroundings = readSurroundings(meter.version);
  warnIfBusy(surroundings.machine.loadAverage);
  progress(`Measuring for about ${Math.ceil(expectedMinutes(options))} minutes.`);
  const settings = { stack, ...secretKeys(), logDir: join(dataDir, "logs") };
  const drivers = {
    closed: await startLoadDriver("closed", worlds, settings.tokenKeys),
    open: await startLoadDriver("open", worlds, settings.tokenKeys),
  };
  const ports = await choosePorts(join(dataDir, "server-ports.json"), serverNames());
  const portOf = (variant: VariantName, world: WorldName): number => ports[serverName(variant, world)]!;
  const sweep = await sweepAll({ settings, worlds, driver: drivers.closed, meter, options, portOf });
  const poolSizes = Object.fromEntries(options.variants.map((name) => [name, chosenPoolSize(name, options, sweep)]));
  const servers = await startAll({ settings, worlds, options, poolSizes, portOf });
  const comparedAnswers = await compareAnswers(servers, settings.tokenKeys);
  const trials = trialsOf(options);
  const context = { trials, servers, drivers, meter, options, progress };
  await warmUpAll(context);
  const results = {
    ...surroundings,
    options,
    comparedAnswers,
    sweep,
    poolSizes,
    trials: await runRounds(context),
    openLoop: await runOpenLoops(context),
    soak: await soakFresh(context, settings),
  };
  for (const { stop } of [...servers, drivers.closed, drivers.open]) await stop();
  return results;
}

interface ServersContext {
  readonly settings: ServerSettings;
  readonly worlds: ReadWorlds;
  readonly options: BenchOptions;
  readonly portOf: (variant: VariantName, world: WorldName) => number;
}

async function sweepAll(
  context: ServersContext & { driver: Awaited<ReturnType<typeof startLoadDriver>>; meter: DatabaseMeter },
): Promise<SweepResult[]> {
  const { options, worlds, portOf } = context;
  const swept = options.variants.filter((name) => variants[name].isPoolSwept);
  if (options.poolSizes.length < 2 || swept.length === 0) return [];
  progress("Pool sizes, by PlayerState throughput:");
  const results: SweepResult[] = [];
  for (const name of swept) {
    const port = portOf(name, "main");
    results.push(...(await sweepPoolSizes(variants[name], { ...context, world: worlds.main, port, progress })));
  }
  return results;
}

/** Null: the server's own default, which is how Satchel is deployed. */
function chosenPoolSize(name: VariantName, { poolSizes }: BenchOptions, sweep: readonly SweepResult[]): number | null {
  if (!variants[name].isPoolSwept) return null;
  const own = sweep.filter(({ variant }) => variant === name);
  return own.length === 0 ? poolSizes[0]! : bestPoolSize(own);
}

/** All variants on the main world, and Satchel on the two that it is compared with itself on. */
async function startAll(
  context: ServersContext & { poolSizes: Readonly<Partial<Record<VariantName, number | null>>> },
): Promise<ServerProcess[]> {
  const { settings, worlds, options, poolSizes, portOf } = context;
  const wanted = [
    ...options.variants.map((name) => [name, "main"] as const),
    ["satchel", "small"] as const,
    ["satchel", "catalogue"] as const,
  ];
  const servers: ServerProcess[] = [];
  for (const [name, world] of wanted) {
    const port = portOf(name, world);
    const poolSize = poolSizes[name] ?? null;
    servers.push(await startServer({ ...settings, variant: variants[name], world: worlds[world], poolSize, port }));
  }
  return servers;
}

/** In a process that has seen nothing else: what a thousand connections once took stays in an old one. */
async function soakFresh(context: RoundsContext, settings: ServerSettings): Promise<Measurement[]> {
  const old = context.servers.find(({ variant, world }) => variant.name === "satchel" && world.name === "main")!;
  await old.stop();
  const { variant, world, poolSize, origin } = old;
  const server = await startServer({ ...settings, variant, world, poolSize, port: Number(new URL(origin).port) });
  const soak = await runSoak(context, server);
  await server.stop();
  return soak;
}

async function compareAnswers(servers: readonly ServerProcess[], tokenKeys: string): Promise<number> {
  const [satchel, ...others] = servers.filter(({ world }) => world.name === "main");
  const count = await assertEqualAnswers(satchel!, others, tokenKeys);
  progress(`All variants answer ${count} questions as Satchel does.`);
  return count;
}

function secretKeys(): { tokenKeys: string; cursorKeys: string } {
  const key = (name: string) => `bench-${name}:${randomSecret(32)}`;
  return { tokenKeys: key("token"), cursorKeys: key("cursor") };
}

function serverNames(): string[] {
  const names = Object.keys(variants) as VariantName[];
  return [
    ...names.map((name) => serverName(name, "main")),
    serverName("satchel", "small"),
    serverName("satchel", "catalogue"),
  ];
}

function serverName(variant: VariantName, world: WorldName): string {
  return `${variant}-${world}`;
}

function warnIfBusy(loadAverage: number): void {
  if (loadAverage <= QUIET_LOAD_MAX) return;
  progress(`This machine is busy (load average ${loadAverage.toFixed(1)}): expect figures that do not hold.`);
}

function budgetLines(verdicts: readonly Verdict[], isQuick: boolean): string {
  const lines = verdicts.map((verdict) => {
    const word = verdict.isKept === null ? "  -   " : verdict.isKept ? "kept  " : "BROKEN";
    return `  ${word}  ${verdict.budget.title}: ${verdictText(verdict)}`;
  });
  return [isQuick ? "Budgets (shown only: a quick run is too short to judge by)" : "Budgets", ...lines, ""].join("\n");
}

function progress(line: string): void {
  console.error(line);
}
