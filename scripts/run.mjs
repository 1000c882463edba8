// The entry of every npm script: `node scripts/run.mjs <name> [args]` runs `main(args)` of scripts/<name>.ts.
// Plain JavaScript without dependencies, because a fresh clone has none: it checks Node, has packages and
// generated code made (prepare.mjs), and then runs the script in this very process, so that signals
// from npm reach it without a chain of wrappers. Whatever way it ends, what scripts/stopping.ts holds is run.
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureGenerated, ensurePackages, rememberGenerated } from "./prepare.mjs";

const NODE_MIN = [20, 19];
/** npm passes on a Ctrl-C that the terminal has already sent to the whole group: that is one, not two. */
const SAME_STOP_MS = 1_000;
const PARENT_POLL_MS = 300;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name = "", ...args] = process.argv.slice(2);
const stop = new AbortController();
let firstStopAt;

refuseOldNode();
refuseUnknownScript();
process.chdir(root);
listenForStops();
process.exit(await run());

async function run() {
  let code = 0;
  try {
    const stopped = new Promise((resolve) => {
      stop.signal.addEventListener("abort", () => resolve(stoppedCode()), { once: true });
    });
    code = (await Promise.race([runScript(), stopped])) ?? 0;
  } catch (error) {
    if (!stop.signal.aborted) report(error);
    code = stop.signal.aborted ? stoppedCode() : 1;
  }
  return (await runStopSteps()) ? code : 1;
}

async function runScript() {
  await ensurePackages(root, stop.signal);
  const { register } = await import("tsx/esm/api");
  register();
  if (name !== "generate") await ensureGenerated(root);
  const script = await import(`./${name}.ts`);
  const code = await script.main(args);
  if (name === "generate") rememberGenerated(root);
  return code;
}

/** False when a step failed: then something may be left running, and success would be a lie. */
async function runStopSteps() {
  if (!existsSync(join(root, "node_modules", "tsx"))) return true;
  try {
    const { runStopSteps: runAll } = await import("./stopping.ts");
    await runAll();
    return true;
  } catch (error) {
    // Before tsx is registered nothing can have been opened, and the file cannot be read either.
    if (error?.code === "ERR_UNKNOWN_FILE_EXTENSION") return true;
    report(error);
    return false;
  }
}

function listenForStops() {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => requestStop(signal));
  // A terminal or pipe that is gone must not end us before the servers are stopped.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  process.on("uncaughtException", (error) => {
    report(error);
    process.exitCode = 1;
    requestStop("SIGTERM");
  });
  // kill -9 of npm tells nobody: the only trace is that we have another parent. (npm starts us through a
  // shell; the `exec` in package.json's scripts lets us take its place, so that npm is our parent.)
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) requestStop("SIGHUP");
  }, PARENT_POLL_MS).unref();
}

function requestStop(signal) {
  if (firstStopAt === undefined) {
    firstStopAt = performance.now();
    stop.abort(signal);
    return;
  }
  if (signal !== "SIGINT" || performance.now() - firstStopAt < SAME_STOP_MS) return;
  console.error("Stopped without waiting. What still runs is taken over by the next start.");
  process.exit(1);
}

/** A script for which being stopped is success sets process.exitCode to 0 beforehand. */
function stoppedCode() {
  return process.exitCode ?? 128 + constants.signals[stop.signal.reason];
}

function report(error) {
  if (error?.name === "SetupError") console.error(`\n${error.message}`);
  else console.error(error);
}

function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  console.error(`Satchel needs Node.js ${NODE_MIN.join(".")} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

function refuseUnknownScript() {
  if (/^[a-z][a-z-]*$/.test(name) && existsSync(join(root, "scripts", `${name}.ts`))) return;
  console.error(`There is no script called "${name}". The scripts are listed in package.json.`);
  process.exit(1);
}
