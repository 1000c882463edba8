// Makes a fresh clone runnable, called by run.mjs before anything else: npm packages as the lock file
// says, and generated code newer than its sources. Both are judged by content, not by time, so a
// checkout or a copied folder is not mistaken. Two commands at once in one clone take turns.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { withLock } from "./lock.mjs";

const INSTALL_MS_MAX = 10 * 60_000;

/** Installs the npm packages unless those of package-lock.json are there. Throws a SetupError when npm fails. */
export async function ensurePackages(root, signal) {
  if (arePackagesCurrent(root)) return;
  await withLock(setupLock(root), { waitMs: INSTALL_MS_MAX, onWait: announceWait }, async () => {
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
  await withLock(setupLock(root), { waitMs: INSTALL_MS_MAX, onWait: announceWait }, async () => {
    if (isGeneratedCurrent(root)) return;
    console.error("Generating code ...");
    const { generate } = await import("./generate.ts");
    await generate();
    rememberGenerated(root);
  });
}

/** Writes down that the generated code is that of today's inputs. */
export function rememberGenerated(root) {
  mkdirSync(dirname(generatedMark(root)), { recursive: true });
  writeFileSync(generatedMark(root), generatedInputsHash(root));
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

function isGeneratedCurrent(root) {
  if (readOrUndefined(generatedMark(root)) !== generatedInputsHash(root)) return false;
  return ["database", "schema"].every((layer) => isFilled(join(root, "src", layer, "generated")));
}

function isFilled(folder) {
  return existsSync(folder) && readdirSync(folder).length > 0;
}

function generatedInputsHash(root) {
  const folders = ["src/schema", "src/operations"].flatMap((folder) => graphqlFiles(root, folder));
  const hash = createHash("sha256").update(readOrUndefined(join(root, "package-lock.json")) ?? "");
  for (const path of ["prisma/schema.prisma", "scripts/generate.ts", ...folders]) {
    hash.update(`\0${path}\0`).update(readFileSync(join(root, path)));
  }
  return hash.digest("hex");
}

function graphqlFiles(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder))
    .filter((file) => file.endsWith(".graphql"))
    .toSorted()
    .map((file) => `${folder}/${file}`);
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
