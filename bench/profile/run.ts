// `npm run bench -- profile`: where a read's time goes. Satchel as it is deployed, under V8's sampling profiler, while a
// closed loop asks; the table says which functions and which places took how much. A profiled server is slower than
// one that is not, so shares count here and absolute figures do not.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BASIC_ITEM_COUNT } from "../../prisma/seed/catalogue.ts";
import { dataDirectory } from "../../scripts/clone.ts";
import { withLock } from "../../scripts/lock.mjs";
import { randomSecret } from "../../scripts/secrets.ts";
import { consentFrom } from "../../scripts/stack/packages.ts";
import { choosePorts } from "../../scripts/stack/ports.ts";
import { openStack, type Stack } from "../../scripts/stack/stack.ts";
import { buildAll } from "../build.ts";
import { startLoadDriver } from "../load/driver.ts";
import { createDatabaseMeter } from "../measure/database-usage.ts";
import { measure, type Measurement } from "../measure/measurement.ts";
import { startServer } from "../server-process.ts";
import { variants } from "../variants/variants.ts";
import { openWorld } from "../world.ts";
import { readShares, type Share, type Shares } from "./cpu-profile.ts";
import { profileOptionsOf, type ProfileKind, type ProfileOptions } from "./options.ts";

const LOCK_MS_MAX = 1_000;
const WARM_UP_SECONDS = 5;
/** Microseconds between two samples. */
const SAMPLING_US = 500;

const ASKED: Readonly<Record<ProfileKind, { readonly scenario: string; readonly askingPlayers?: number }>> = {
  cold: { scenario: "player-state" },
  hot: { scenario: "player-state", askingPlayers: 1_000 },
  catalogue: { scenario: "catalogue", askingPlayers: 1_000 },
};

/** The command. Resolves to the exit code. */
export async function benchProfile(args: readonly string[]): Promise<number> {
  const options = profileOptionsOf(args);
  const dataDir = join(dataDirectory(), "bench");
  mkdirSync(dataDir, { recursive: true });
  return withLock(join(dataDir, "bench.lock"), { waitMs: LOCK_MS_MAX }, async () => {
    progress("Building Satchel and the load processes ...");
    await buildAll();
    const stack = await openStack({ dataDir, installConsent: consentFrom(args), environment: {}, progress });
    const { measured, shares } = await profile(stack, dataDir, options);
    console.log(printed(options, measured, shares));
    return 0;
  });
}

async function profile(
  stack: Stack,
  dataDir: string,
  { kind, playerCount, measuredSeconds, connections }: ProfileOptions,
): Promise<{ measured: Measurement; shares: Shares }> {
  const size = { name: "main", playerCount, itemCount: BASIC_ITEM_COUNT, heavyItemLocationCount: 0 } as const;
  const world = await openWorld(stack, size, progress);
  const meter = await createDatabaseMeter(stack, dataDir);
  await meter.settle();
  const key = (name: string) => `bench-${name}:${randomSecret(32)}`;
  const settings = { stack, tokenKeys: key("token"), cursorKeys: key("cursor"), logDir: join(dataDir, "logs") };
  const { satchel: port = 0 } = await choosePorts(join(dataDir, "profile-ports.json"), ["satchel"]);
  const folder = join(dataDir, "profile");
  rmSync(folder, { recursive: true, force: true });
  const profiler = ["--cpu-prof", `--cpu-prof-dir=${folder}`, `--cpu-prof-interval=${SAMPLING_US}`];
  const variant = { ...variants.satchel, nodeOptions: [...(variants.satchel.nodeOptions ?? []), ...profiler] };
  const server = await startServer({ ...settings, variant, world, poolSize: null, port });
  const driver = await startLoadDriver("socket", { main: world }, settings.tokenKeys);
  const measured = await measure({
    ...ASKED[kind],
    server,
    driver,
    meter,
    playerId: null,
    arrivals: { loop: "closed", connections },
    seed: 1,
    warmUpSeconds: WARM_UP_SECONDS,
    measuredSeconds,
  });
  for (const { stop } of [server, driver]) await stop();
  await meter.close();
  return { measured, shares: readShares(folder, measuredSeconds) };
}

function printed({ kind, lineCount }: ProfileOptions, measured: Measurement, { places, functions }: Shares): string {
  const { throughput, serverCpuUs, mysqlCpuUs, errors } = measured;
  return [
    `${kind}: ${throughput.toFixed(0)}/s, server ${serverCpuUs.toFixed(0)} us, MySQL ${mysqlCpuUs.toFixed(0)} us a request, ` +
      `${errors} errors`,
    "",
    "Of the main thread's time, by place:",
    ...linesOf(places, lineCount, serverCpuUs),
    "",
    "By function, what it did itself:",
    ...linesOf(functions, lineCount, serverCpuUs),
  ].join("\n");
}

function linesOf(shares: readonly Share[], lineCount: number, cpuUs: number): string[] {
  return shares
    .slice(0, lineCount)
    .map(
      ({ name, share }) =>
        `${(share * 100).toFixed(1).padStart(6)} %  ${(share * cpuUs).toFixed(1).padStart(6)} us  ${name}`,
    );
}

function progress(line: string): void {
  console.error(line);
}
