// Makes a fresh clone runnable, called by run.mjs before anything else: npm packages as the lock file
// says, and generated code newer than its sources. Both are judged by content, not by time, so a
// checkout or a copied folder is not mistaken. Two commands at once in one clone take turns.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { withLock } from "./lock.mjs";

const INSTALL_MS_MAX = 10 * 60_000;
/** What else generated code is made from, besides every .graphql file and every program that generates. */
const GENERATED_FROM = ["prisma/schema.prisma", "src/schema/models.ts", "src/operations/registry.json"];
const GENERATORS = [
  "scripts/generate.ts",
  "scripts/generate",
  "scripts/operations",
  // They say what an operation costs, and which are refused.
  "src/edge/cost.ts",
  "src/edge/document-limits.ts",
  "src/runtime/limits.ts",
];
/** What the programs above write and everyone has: one that is missing was deleted by hand. */
const GENERATED_FILES = ["schema.graphql", "src/operations/costs.json", "client/operations.ts"];

/** Installs the npm packages unless those of package-lock.json are there. Throws a SetupError when npm fails. */
export async function ensurePackages(root, signal) {
  if (arePackagesCurrent(root)) return;
  await withSetupLock(root, async () => {
    // Whoever held the lock before us may have done the work.
    if (arePackagesCurrent(root)) return;
    console.error("Installing npm packages (once, about half a minute) ...");
    await installPackages(root, signal);
    rememberPackages(root);
  });
}

/** Generates code unless the remembered inputs are today's. Needs TypeScript to be registered. */
export async function ensureGenerated(root) {
  if (isGeneratedCurrent(root)) return;
  await withSetupLock(root, async () => {
    if (isGeneratedCurrent(root)) return;
    console.error("Generating code ...");
    const { generate } = await import("./generate.ts");
    await generate();
    rememberGenerated(root);
  });
}

/** Runs `work` while no other command of this clone installs, generates or registers. */
export async function withSetupLock(root, work) {
  return withLock(setupLock(root), { waitMs: INSTALL_MS_MAX, onWait: announceWait }, work);
}

/** Writes down that the generated code is that of today's inputs. */
export function rememberGenerated(root) {
  mkdirSync(dirname(generatedMark(root)), { recursive: true });
  writeFileSync(generatedMark(root), generatedInputsHash(root));
}

/** Whether the generated code is that of today's inputs. */
export function isGeneratedCurrent(root) {
  if (readOrUndefined(generatedMark(root)) !== generatedInputsHash(root)) return false;
  if (!GENERATED_FILES.every((path) => existsSync(join(root, path)))) return false;
  return ["database", "schema"].every((layer) => isFilled(join(root, "src", layer, "generated")));
}

function arePackagesCurrent(root) {
  if (readOrUndefined(packagesMark(root)) === lockFileHash(root)) return true;
  if (!isInstalledAsLocked(root)) return false;
  rememberPackages(root);
  return true;
}

// Packages installed by hand (`npm ci`, `npm install x`) carry no mark of ours. npm's own record
// of what it installed, written last, says whether they are those of the lock file.
function isInstalledAsLocked(root) {
  const installed = readOrUndefined(join(root, "node_modules", ".package-lock.json"));
  if (installed === undefined) return false;
  const { packages: found } = JSON.parse(installed);
  const { packages: wanted } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === "") return true;
    // Optional packages for other platforms are not installed.
    return found[path] === undefined ? optional === true : found[path].version === version;
  });
}

async function installPackages(root, signal) {
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  // The npm that started us, so that a clone set up with one version is not continued by another.
  const npm = process.env["npm_execpath"];
  const [program, ...programArgs] = npm === undefined ? ["npm"] : [process.execPath, npm];
  const child = spawn(program, [...programArgs, ...args], { cwd: root, stdio: "inherit", signal });
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  if (code !== 0) throw setupError("npm ci failed, see above. Mend that, then start again.");
}

function isFilled(folder) {
  return existsSync(folder) && readdirSync(folder).length > 0;
}

function generatedInputsHash(root) {
  const hash = createHash("sha256").update(readOrUndefined(join(root, "package-lock.json")) ?? "");
  const paths = [
    ...GENERATED_FROM,
    ...GENERATORS.flatMap((path) => filesAt(root, path, ".ts")),
    ...["src/schema", "src/operations"].flatMap((folder) => filesAt(root, folder, ".graphql")),
  ];
  // One that is missing is for the generator to complain about, or to make.
  for (const path of paths) hash.update(`\0${path}\0`).update(readOrUndefined(join(root, path)) ?? "");
  return hash.digest("hex");
}

/** The file itself, or those of the folder with that ending. */
function filesAt(root, path, ending) {
  if (path.endsWith(ending)) return [path];
  if (!existsSync(join(root, path))) return [];
  return readdirSync(join(root, path))
    .filter((file) => file.endsWith(ending))
    .toSorted()
    .map((file) => `${path}/${file}`);
}

function rememberPackages(root) {
  writeFileSync(packagesMark(root), lockFileHash(root));
}

function lockFileHash(root) {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

const packagesMark = (root) => join(root, "node_modules", ".satchel-lock");
const generatedMark = (root) => join(root, ".data", "generated-from");
// With the clone, not with DATA_DIR: two stacks of one clone share node_modules and generated code.
const setupLock = (root) => join(root, ".data", "setup.lock");

function announceWait(pid) {
  console.error(`Waiting for another command of this clone that is setting up (pid ${pid}) ...`);
}

function readOrUndefined(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function setupError(message) {
  const error = new Error(message);
  error.name = "SetupError";
  return error;
}
