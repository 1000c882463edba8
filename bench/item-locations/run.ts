// `npm run bench -- item-locations`: how the item-locations query becomes fast, by measurement. Asks every way
// the same questions, refuses unequal answers, and writes what came out into docs/item-locations.md.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { dataDirectory, projectDir } from "../../scripts/clone.ts";
import { withLock } from "../../scripts/lock.mjs";
import { stackFiles } from "../../scripts/stack/files.ts";
import { consentFrom } from "../../scripts/stack/packages.ts";
import { openStack, type Stack } from "../../scripts/stack/stack.ts";
import { BASIC_ITEM_COUNT } from "../../prisma/seed/catalogue.ts";
import { vectorPlayers } from "../../prisma/seed/vectors.ts";
import { createDatabasePool, type DatabasePool } from "../../src/database/pool.ts";
import { createMetrics } from "../../src/runtime/metrics.ts";
import { createDatabaseMeter } from "../measure/database-usage.ts";
import { benchOptionsOf } from "../options.ts";
import { readSurroundings } from "../surroundings.ts";
import { openWorlds, type World } from "../world.ts";
import { inTime } from "./ask.ts";
import { BATCH_PLAYERS, asksOf, crowdsOf, type Crowd } from "./crowds.ts";
import { withSections } from "./document.ts";
import { assertSamePages, variantsInTime } from "./equality.ts";
import { explain } from "./explain.ts";
import type { BatchFinding, Findings, PlanFinding, ReadFinding } from "./findings.ts";
import { measureInserts } from "./measure-inserts.ts";
import { countRowsRead, measureReads, type Contestant, type ReadsContext } from "./measure-reads.ts";
import { itemLocationsOptionsOf, type ItemLocationsOptions } from "./options.ts";
import { plotOf } from "./plot.ts";
import { BATCH_CROWDS, RADII_METERS, printed, sectionsOf } from "./sections.ts";
import { openStage, type Stage } from "./stage.ts";
import { variants, type Variant } from "./variants.ts";

const LOCK_MS_MAX = 1_000;
/** Questions whose pages are compared, and whose rows are counted. */
const COMPARED_ASKS = { full: 16, quick: 1 };
const COUNTED_ASKS = { full: 8, quick: 1 };

/** The command. Resolves to the exit code. */
export async function benchItemLocations(args: readonly string[]): Promise<number> {
  const options = itemLocationsOptionsOf(args);
  const dataDir = join(dataDirectory(), "bench");
  mkdirSync(dataDir, { recursive: true });
  // The lock of the whole benchmark: two would measure each other.
  return withLock(join(dataDir, "bench.lock"), { waitMs: LOCK_MS_MAX }, async () => {
    const stack = await openStack({ dataDir, installConsent: consentFrom(args), environment: {}, progress });
    const findings = await findingsOf(stack, dataDir, options);
    console.log(printed(findings));
    console.log(`Written: ${write(findings, dataDir).join(", ")}`);
    return 0;
  });
}

async function findingsOf(stack: Stack, dataDir: string, options: ItemLocationsOptions): Promise<Findings> {
  const meter = await createDatabaseMeter(stack, dataDir);
  const surroundings = readSurroundings(meter.version);
  const world = await openMainWorld(stack, options);
  const crowds = crowdsOf({ ...options, cityIndexes: world.cityIndexes });
  const stage = await openStage({
    adminDatabaseUrl: stack.adminDatabaseUrl!,
    appDatabaseUrl: stack.urls.databaseUrl,
    worldDatabase: new URL(world.databaseUrl).pathname.slice(1),
    crowds,
    density: options.density,
    progress,
  });
  progress("Waiting for the database to come to rest ...");
  await meter.settle();
  await meter.close();
  const databasePid = Number(readFileSync(join(stackFiles(dataDir).directoryOf("mariadb"), "server.pid"), "utf8"));
  const asked = await askAll(stage, crowds, { options, databasePid, progress });
  progress("Inserting ...");
  const inserts = await measureInserts(stage, { ...options, databasePid });
  await stage.drop();
  const { itemLocationCount, locationCount, denseLocationCount } = stage;
  return {
    ...surroundings,
    options,
    itemLocationCount,
    locationCount,
    denseLocationCount,
    crowds: crowds.map(({ name, title }) => ({ name, title })),
    variants: variants.map(({ name, title, batchForm, isOurs }) => ({ name, title, batchForm, isOurs })),
    ...asked,
    inserts,
  };
}

/** The other worlds of the benchmark are not asked: they are opened as small as they can be. */
async function openMainWorld(stack: Stack, { playerCount, heavyCount }: ItemLocationsOptions): Promise<World> {
  const options = {
    ...benchOptionsOf([]),
    playerCount,
    heavyItemLocationCount: heavyCount,
    smallPlayerCount: vectorPlayers.length,
    catalogueItemCount: BASIC_ITEM_COUNT,
  };
  return (await openWorlds(stack, options, progress)).main;
}

type Asked = Pick<Findings, "comparedPages" | "reads" | "batches" | "plans">;

async function askAll(stage: Stage, crowds: readonly Crowd[], context: ReadsContext): Promise<Asked> {
  const size = context.options.quick ? "quick" : "full";
  const statements: { sql: string; values: unknown }[] = [];
  // One connection, so that the session's counters are those of the statements; Satchel's own settings.
  const pool = createDatabasePool({
    url: stage.url,
    connectionsMax: 1,
    purpose: "read",
    metrics: createMetrics(),
    onConnectionError: ({ message }) => progress(message),
    onStatement: (sql, values) => {
      statements[0] = { sql, values };
    },
  });
  try {
    await pool.warm();
    progress("Comparing the answers ...");
    let comparedPages = 0;
    for (const crowd of crowds) {
      for (const withinMeters of RADII_METERS) {
        const asks = asksOf(crowd, withinMeters).slice(0, COMPARED_ASKS[size]);
        comparedPages += await assertSamePages(pool, variants, asks);
      }
    }
    const singles = crowds.flatMap((crowd) =>
      RADII_METERS.flatMap((meters) => variants.map(single(pool, crowd, meters))),
    );
    const { together, refused } = await batchesOf(pool, crowds);
    const rowsRead: number[] = [];
    for (const contestant of singles) rowsRead.push(await countRowsRead(pool, contestant, COUNTED_ASKS[size]));
    const plans: PlanFinding[] = [];
    const traveller = asksOf(
      crowds.find(({ name }) => name === "traveller")!,
      RADII_METERS[0],
    )[0]!;
    for (const variant of variants) {
      await variant.answer(pool, traveller);
      plans.push({ variant: variant.name, steps: await explain(pool, statements[0]!) });
    }
    const measured = await measureReads([...singles, ...together], context);
    const reads: ReadFinding[] = measured
      .slice(0, singles.length)
      .map((finding, place) => Object.assign(finding, { rowsRead: rowsRead[place]! }));
    const batches: BatchFinding[] = measured
      .slice(singles.length)
      .map((finding) => Object.assign(finding, { playerCount: BATCH_PLAYERS, isInTime: true as const }));
    return { comparedPages, reads, batches: [...batches, ...refused], plans };
  } finally {
    await pool.end();
  }
}

function single(pool: DatabasePool, crowd: Crowd, withinMeters: number): (variant: Variant) => Contestant {
  const asks = asksOf(crowd, withinMeters);
  return (variant) => ({
    variant: variant.name,
    crowd: crowd.name,
    withinMeters,
    questions: 1,
    // One that comes too late counts with the time after which it was ended.
    run: (place) => inTime(variant.answer(pool, asks[place % asks.length]!)),
  });
}

/** The ways that answer a batch within the server's limit for a statement, and those that do not. */
async function batchesOf(
  pool: DatabasePool,
  crowds: readonly Crowd[],
): Promise<{ together: Contestant[]; refused: BatchFinding[] }> {
  const [withinMeters] = RADII_METERS;
  const together: Contestant[] = [];
  const refused: BatchFinding[] = [];
  for (const crowd of crowds.filter(({ name }) => BATCH_CROWDS.includes(name))) {
    const asks = asksOf(crowd, withinMeters).slice(0, BATCH_PLAYERS);
    const punctual = await variantsInTime(pool, variants, asks);
    for (const variant of variants) {
      if (!punctual.includes(variant)) {
        refused.push({ variant: variant.name, crowd: crowd.name, isInTime: false });
        continue;
      }
      const run = () => inTime(variant.answerMany(pool, asks));
      together.push({ variant: variant.name, crowd: crowd.name, withinMeters, questions: asks.length, run });
    }
  }
  return { together, refused };
}

/** Returns the paths, relative to the repository. A quick run's stand beside its database. */
function write(findings: Findings, dataDir: string): string[] {
  const { quick } = findings.options;
  const resultsFolder = quick ? join(dataDir, "results") : join(projectDir, "bench", "results");
  const docsFolder = quick ? resultsFolder : join(projectDir, "docs");
  mkdirSync(resultsFolder, { recursive: true });
  const moment = findings.startedAt.slice(0, 16).replace("T", "-").replace(":", "");
  const name = `item-locations-${moment}-${findings.commit}${findings.isModified ? "-modified" : ""}.json`;
  const document = readFileSync(join(projectDir, "docs", "item-locations.md"), "utf8");
  const files = {
    [join(resultsFolder, name)]: `${JSON.stringify(findings, null, 2)}\n`,
    [join(docsFolder, "item-locations.md")]: withSections(document, sectionsOf(findings)),
    [join(docsFolder, "item-locations.svg")]: plotOf(findings),
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(path, text);
  return Object.keys(files).map((path) => relative(projectDir, path));
}

function progress(line: string): void {
  console.error(line);
}
