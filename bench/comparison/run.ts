// A benchmark beside the large one: Satchel and a few variants in the same trials, round after round, on a world of
// their own. What it compares stands in a Comparison; this is how it is measured.

import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { dataDirectory, projectDir } from "../../scripts/clone.ts";
import { withLock } from "../../scripts/lock.mjs";
import { connectTo } from "../../scripts/migrations/connection.ts";
import { randomSecret } from "../../scripts/secrets.ts";
import { consentFrom } from "../../scripts/stack/packages.ts";
import { choosePorts } from "../../scripts/stack/ports.ts";
import { openStack, type Stack } from "../../scripts/stack/stack.ts";
import { buildAll } from "../build.ts";
import { startLoadDriver, type LoadDriver } from "../load/driver.ts";
import { createDatabaseMeter, type DatabaseMeter } from "../measure/database-usage.ts";
import { measure, type Measurement } from "../measure/measurement.ts";
import { startServer, type ServerProcess, type ServerSettings } from "../server-process.ts";
import { readSurroundings } from "../surroundings.ts";
import type { Variant } from "../variants/variants.ts";
import type { World } from "../world.ts";
import type { ComparisonResults, ComparisonTrial, PoolSizeResult } from "./findings.ts";
import { comparisonOptionsOf, type ComparisonOptions } from "./options.ts";
import { judgeComparison, printedComparison, type ComparisonBudget } from "./tables.ts";

export interface Comparison<Extra extends object> {
  /** Of the command and of the file of results. */
  readonly name: string;
  /** Satchel first. */
  readonly variants: readonly Variant<string>[];
  readonly budgets: readonly ComparisonBudget<Extra>[];
  /** How load is sent; "closed", by autocannon, where not given. */
  readonly loop?: "closed" | "socket";
  /** Pool sizes are swept by the first. */
  trialsOf(options: ComparisonOptions): readonly ComparisonTrial[];
  openWorld(stack: Stack, options: ComparisonOptions, progress: (line: string) => void): Promise<World>;
  /** Once Satchel answers, before the others are started. */
  readonly onFirstServer?: (satchel: ServerProcess<string>, settings: ServerSettings) => Promise<void>;
  /** What only this comparison measures, at the end, with all servers still there. */
  measureExtra(context: ComparisonContext): Promise<Extra>;
  /** Lines about that. */
  closingLines(results: ComparisonResults<Extra>): readonly string[];
  /** Wrong beyond all budgets. */
  isBroken(results: ComparisonResults<Extra>): boolean;
}

export interface ComparisonContext {
  readonly options: ComparisonOptions;
  readonly settings: ServerSettings;
  readonly world: World;
  readonly driver: LoadDriver;
  readonly meter: DatabaseMeter;
  readonly ports: Readonly<Record<string, number>>;
  readonly servers: readonly ServerProcess<string>[];
}

const LOCK_MS_MAX = 1_000;
const SEEDS_PER_ROUND = 100;
/** What README.md advises. */
const REDO_LOG_BYTES = 2 * 1024 ** 3;
const SWEEP_SEED = 500_000;

/** The command. Resolves to the exit code: 1 when a budget is broken. */
export async function runComparison<Extra extends object>(
  comparison: Comparison<Extra>,
  args: readonly string[],
): Promise<number> {
  const options = comparisonOptionsOf(args);
  const dataDir = join(dataDirectory(), "bench");
  mkdirSync(dataDir, { recursive: true });
  // The lock of the whole benchmark: two would measure each other.
  return withLock(join(dataDir, "bench.lock"), { waitMs: LOCK_MS_MAX }, async () => {
    progress("Building Satchel and the variants ...");
    await buildAll();
    const stack = await openStack({ dataDir, installConsent: consentFrom(args), environment: {}, progress });
    const results = await measureAll(comparison, { stack, dataDir, options });
    const verdicts = judgeComparison(results, comparison.budgets);
    console.log(printedComparison(results, comparison.variants, verdicts, comparison.closingLines(results)));
    console.log(`Written: ${write(comparison.name, results, dataDir)}`);
    const isBroken = comparison.isBroken(results) || verdicts.some(({ isKept }) => isKept === false);
    return !options.quick && isBroken ? 1 : 0;
  });
}

async function measureAll<Extra extends object>(
  comparison: Comparison<Extra>,
  { stack, dataDir, options }: { readonly stack: Stack; readonly dataDir: string; readonly options: ComparisonOptions },
): Promise<ComparisonResults<Extra>> {
  const { variants } = comparison;
  await prepareDatabase(stack);
  const world = await comparison.openWorld(stack, options, progress);
  const meter = await createDatabaseMeter(stack, dataDir);
  progress("Waiting for the database to come to rest ...");
  await meter.settle();
  const surroundings = readSurroundings(meter.version);
  const key = (name: string) => `bench-${name}:${randomSecret(32)}`;
  const settings = { stack, tokenKeys: key("token"), cursorKeys: key("cursor"), logDir: join(dataDir, "logs") };
  const driver = await startLoadDriver(comparison.loop ?? "closed", { [world.name]: world }, settings.tokenKeys);
  const portsFile = join(dataDir, `${comparison.name}-ports.json`);
  const ports = await choosePorts(
    portsFile,
    variants.map(({ name }) => name),
  );
  const before = { options, settings, world, driver, meter, ports, servers: [] };
  const trials = comparison.trialsOf(options);
  const sweep = await sweepAll(before, variants, trials[0]!);
  const poolSizes = Object.fromEntries(variants.map(({ name }) => [name, bestOf(sweep, name)]));
  const servers: ServerProcess<string>[] = [];
  for (const variant of variants) {
    servers.push(await start(before, variant, poolSizes[variant.name] ?? null));
    if (servers.length === 1) await comparison.onFirstServer?.(servers[0]!, settings);
  }
  const context = { ...before, servers };
  const measured = await runRounds(context, trials);
  const extra = await comparison.measureExtra(context);
  for (const { stop } of [...servers, driver]) await stop();
  await meter.close();
  return { ...surroundings, options, sweep, poolSizes, trials: measured, extra };
}

/** As a database for many writes is set up; for all variants alike. */
async function prepareDatabase({ adminDatabaseUrl }: Stack): Promise<void> {
  if (adminDatabaseUrl === undefined) throw new Error("the bench needs a private database");
  const connection = await connectTo(adminDatabaseUrl);
  try {
    await connection.query(`SET GLOBAL innodb_log_file_size = ${REDO_LOG_BYTES}`);
  } finally {
    await connection.end();
  }
}

function start(
  { settings, world, ports }: ComparisonContext,
  variant: Variant<string>,
  poolSize: number | null,
): Promise<ServerProcess<string>> {
  return startServer({ ...settings, variant, world, poolSize, port: ports[variant.name]! });
}

async function sweepAll(
  context: ComparisonContext,
  variants: readonly Variant<string>[],
  trial: ComparisonTrial,
): Promise<PoolSizeResult[]> {
  const { options } = context;
  const results: PoolSizeResult[] = [];
  const swept = variants.filter(({ isPoolSwept }) => isPoolSwept);
  if (swept.length > 0) progress("Pool sizes, by throughput:");
  for (const variant of swept) {
    for (const poolSize of options.poolSizes) {
      const server = await start(context, variant, poolSize);
      const seconds = { warmUpSeconds: options.warmUpSeconds, measuredSeconds: options.sweepSeconds };
      const { throughput } = await measureTrial(context, { server, trial, seed: SWEEP_SEED + poolSize, seconds });
      await server.stop();
      results.push({ variant: variant.name, poolSize, throughput });
      progress(`  ${variant.name.padEnd(20)} ${String(poolSize).padStart(3)}: ${throughput.toFixed(0)}/s`);
    }
  }
  return results;
}

/** Null: the server's own default, which is how Satchel is deployed. */
function bestOf(sweep: readonly PoolSizeResult[], name: string): number | null {
  const [best] = sweep.filter(({ variant }) => variant === name).toSorted((a, b) => b.throughput - a.throughput);
  return best?.poolSize ?? null;
}

async function runRounds(
  context: ComparisonContext,
  trials: readonly ComparisonTrial[],
): Promise<ComparisonResults["trials"]> {
  const { options, servers } = context;
  const results = trials.map((trial) => ({ trial, rounds: {} as Record<string, Measurement[]> }));
  // The first is thrown away: a server that has just begun is still compiling, some of them more than others.
  for (let round = 0; round <= options.roundCount; round += 1) {
    for (const [place, { trial, rounds }] of results.entries()) {
      progress(`${round === 0 ? "Warming up" : `Round ${round} of ${options.roundCount}`}: ${trial.title}`);
      for (const server of servers.filter(({ variant }) => trial.variants?.includes(variant.name) ?? true)) {
        const seed = round * SEEDS_PER_ROUND + place;
        const measurement = await measureTrial(context, { server, trial, seed, seconds: options });
        if (round > 0) (rounds[server.variant.name] ??= []).push(measurement);
        progress(measurementLine(server.variant.name, measurement));
      }
    }
  }
  return results;
}

/** One variant in one trial. */
export function measureTrial(
  { driver, meter }: Pick<ComparisonContext, "driver" | "meter">,
  {
    server,
    trial,
    seed,
    seconds,
  }: {
    readonly server: ServerProcess<string>;
    readonly trial: ComparisonTrial;
    readonly seed: number;
    readonly seconds: Pick<ComparisonOptions, "warmUpSeconds" | "measuredSeconds">;
  },
): Promise<Measurement> {
  const { scenario, playerId, connections, askingPlayers, warmUpSeconds = seconds.warmUpSeconds } = trial;
  const { measuredSeconds } = seconds;
  return measure({
    server,
    driver,
    meter,
    scenario,
    playerId,
    ...(askingPlayers === undefined ? {} : { askingPlayers }),
    arrivals: { loop: "closed", connections },
    seed,
    warmUpSeconds,
    measuredSeconds,
  });
}

function measurementLine(
  name: string,
  { throughput, latencyMs, serverCpuUs, mysqlCpuUs, errors }: Measurement,
): string {
  const cells = [
    `${throughput.toFixed(0)}/s`,
    `p50 ${latencyMs.p50.toFixed(1)} ms`,
    `p99 ${latencyMs.p99.toFixed(1)} ms`,
    `CPU ${serverCpuUs.toFixed(0)} + MySQL ${mysqlCpuUs.toFixed(0)} us`,
    ...(errors > 0 ? [`${errors} errors`] : []),
  ];
  return `  ${name.padEnd(20)} ${cells.join("  ")}`;
}

/** Returns the path, relative to the repository. A quick run's stands beside its database. */
function write(name: string, results: ComparisonResults, dataDir: string): string {
  const folder = results.options.quick ? join(dataDir, "results") : join(projectDir, "bench", "results");
  mkdirSync(folder, { recursive: true });
  const moment = results.startedAt.slice(0, 16).replace("T", "-").replace(":", "");
  const path = join(folder, `${name}-${moment}-${results.commit}${results.isModified ? "-modified" : ""}.json`);
  writeFileSync(path, `${JSON.stringify(results, null, 2)}\n`);
  return relative(projectDir, path);
}

function progress(line: string): void {
  console.error(line);
}
