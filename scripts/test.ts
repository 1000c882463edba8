// `npm test [-- vitest arguments]`: opens private servers of its own under the data directory, runs the
// suite against them and removes them, so it works beside a running `npm start` and beside itself.
// The last line is the result; the exit code is 0 only if at least one test passed and none failed.
import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { TestCounts } from "../test/kit/closing-line-reporter.ts";
import { dataDirectory, projectDir } from "./clone.ts";
import { isMarkAlive, processMark } from "./lock.mjs";
import { connectTo } from "./migrations/connection.ts";
import { consentFrom } from "./stack/packages.ts";
import { openStack, removeStack, type Stack, type StackOptions } from "./stack/stack.ts";
import { onStop } from "./stopping.ts";
import { ensureTestPrograms } from "./test-programs.ts";

const TEST_DIR_PATTERN = /^test-(\d+)$/;
const OWNER_FILE = "owner";
const GROUP_END_MS_MAX = 10_000;

/** The command. Resolves to the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  return runSuite({ args, flavour: "mariadb" });
}

/** Runs the suite on a stack of the given flavour, prints the closing line and resolves to the exit code. */
export async function runSuite(options: {
  readonly args: readonly string[];
  readonly flavour: NonNullable<StackOptions["flavour"]>;
}): Promise<number> {
  await removeAbandonedStacks();
  const testDir = makeTestDir();
  const removeTestDir = onStop(() => removeStack(testDir));
  const consent = consentFrom(options.args);
  const progress = (line: string): void => console.error(line);
  const stack = await openStack({
    dataDir: testDir,
    installConsent: consent,
    progress,
    flavour: options.flavour,
    purpose: "test",
    // Never the database that DATABASE_URL names: tests create, fill and drop.
    environment: {},
  });
  const vitestArgs = options.args.filter((arg) => arg !== "--yes");
  const programs = await ensureTestPrograms({ args: vitestArgs, binDir: join(testDir, "bin"), consent, progress });
  const seed = process.env["TEST_SEED"] ?? String(randomInt(2 ** 31));
  console.log(`database: ${await versionOf(stack)}`);
  console.log(`seed: ${seed}`);
  const outcomePath = join(testDir, "outcome.json");
  const code = await runVitest(vitestArgs, {
    ...suiteEnvironment({ stack, testDir, seed, outcomePath }),
    ...programs.environment,
  });
  const counts = readCounts(outcomePath);
  await stack.leave();
  await removeTestDir();
  for (const reason of programs.skipped) console.log(reason);
  console.log(closingLine(counts));
  return code === 0 && counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

async function versionOf({ adminDatabaseUrl = "" }: Stack): Promise<string> {
  const connection = await connectTo(adminDatabaseUrl);
  try {
    const sql = "SELECT CONCAT(@@version_comment, ' ', VERSION()) AS version";
    const [row] = await connection.query<{ version: string }[]>(sql);
    return row?.version ?? "unknown";
  } finally {
    await connection.end();
  }
}

function makeTestDir(): string {
  const testDir = join(dataDirectory(), `test-${process.pid}`);
  mkdirSync(testDir, { recursive: true });
  writeFileSync(join(testDir, OWNER_FILE), processMark() ?? "");
  return testDir;
}

/** What earlier runs left that were killed before they could tidy up. */
async function removeAbandonedStacks(): Promise<void> {
  const folder = dataDirectory();
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const pid = TEST_DIR_PATTERN.exec(name)?.[1];
    if (pid !== undefined && !isOwned(join(folder, name), Number(pid))) await removeStack(join(folder, name));
  }
}

function isOwned(testDir: string, pid: number): boolean {
  const owner = join(testDir, OWNER_FILE);
  return existsSync(owner) ? isMarkAlive(readFileSync(owner, "utf8")) : processMark(pid) !== undefined;
}

function suiteEnvironment(options: {
  readonly stack: Stack;
  readonly testDir: string;
  readonly seed: string;
  readonly outcomePath: string;
}): NodeJS.ProcessEnv {
  const { urls, adminDatabaseUrl } = options.stack;
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    SATCHEL_TEST_ADMIN_DATABASE_URL: adminDatabaseUrl,
    SATCHEL_TEST_DATABASE_URL: urls.databaseUrl,
    SATCHEL_TEST_MIGRATOR_DATABASE_URL: urls.migratorDatabaseUrl,
    SATCHEL_TEST_REDIS_URL: urls.redisUrl,
    SATCHEL_TEST_QUEUE_REDIS_URL: urls.queueRedisUrl,
    SATCHEL_TEST_OUTCOME: options.outcomePath,
    TEST_SEED: options.seed,
    DATA_DIR: options.testDir,
  };
  // What a developer has set for `npm start` must not leak into what the tests start.
  for (const name of ["DATABASE_URL", "MIGRATOR_DATABASE_URL", "REDIS_URL", "QUEUE_REDIS_URL", "PORT", "HOST"]) {
    delete environment[name];
  }
  // Logs that are read later hold the words, not the colours.
  if (!process.stdout.isTTY) environment["NO_COLOR"] = "1";
  return environment;
}

async function runVitest(vitestArgs: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const vitest = join(projectDir, "node_modules", "vitest", "vitest.mjs");
  // A process group of its own: on Ctrl-C it is ended by us, whole and once, with whatever tests started.
  const child = spawn(process.execPath, [vitest, "run", ...vitestArgs], {
    cwd: projectDir,
    env: environment,
    detached: true,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const endRun = onStop(() => endGroup(child));
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (exitCode) => resolve(exitCode ?? 1));
  });
  await endRun();
  return code;
}

/** Asks the whole group to end, and kills what has not after a while. Also for what a finished run left behind. */
async function endGroup(child: ChildProcess): Promise<void> {
  const pid = child.pid;
  if (pid === undefined) return;
  const startedAt = performance.now();
  while (signalGroup(pid, performance.now() - startedAt < GROUP_END_MS_MAX ? "SIGTERM" : "SIGKILL")) await delay(50);
}

/** False when nobody is left in the group. */
function signalGroup(groupId: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-groupId, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

/** A run that died before it could count is a failure by itself. */
function readCounts(outcomePath: string): TestCounts {
  if (!existsSync(outcomePath)) return { passed: 0, failed: 1, skipped: 0 };
  return JSON.parse(readFileSync(outcomePath, "utf8")) as TestCounts;
}

function closingLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
