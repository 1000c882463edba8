// `npm run operations -- list | add <manifest> | check`: what apps may send. `list` shows the registry,
// `add` takes the operations of an app's own build into it, `check` is for continuous integration.

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { limits } from "../src/runtime/limits.ts";
import { projectDir } from "./clone.ts";
import { add } from "./operations/add.ts";
import { check } from "./operations/check.ts";
import { labelOf } from "./operations/judgement.ts";
import { list } from "./operations/list.ts";
import { rememberGenerated, withSetupLock } from "./prepare.mjs";

const USAGE = `Usage: npm run operations -- <command>

  list                        what is registered: cost with default sizes and at most ${limits.costMax} a request
  add <manifest.json>         registers an app's operations: an Apollo persisted-query manifest, or the file
                              of relay-compiler's persistConfig with "algorithm": "SHA256"
  check [--against <commit>]  fails when something that apps rely on broke since <commit> (HEAD)`;
/** As of a shell: the command was not understood, and nothing was done. */
const BAD_USAGE = 2;

/** The command. Resolves to the exit code; throws a SetupError for a file that cannot be taken. */
export async function main(args: readonly string[]): Promise<number> {
  const asked = parseCommand(args);
  if (asked === null) {
    console.error(USAGE);
    return BAD_USAGE;
  }
  switch (asked.command) {
    case "list":
      for (const line of await list(projectDir)) console.log(line);
      return 0;
    case "add":
      return printAddition(asked.path);
    case "check":
      return printFindings(asked.against);
  }
}

/** What is asked for. */
export type Asked =
  | { readonly command: "list" }
  | { readonly command: "add"; readonly path: string }
  | { readonly command: "check"; readonly against: string | undefined };

/** Reads the command line; null where it is not understood. */
export function parseCommand(args: readonly string[]): Asked | null {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { against: { type: "string" } },
    });
    const [command, ...rest] = positionals;
    const { against } = values;
    if (command === "check" && rest.length === 0 && against !== "") return { command, against };
    if (against !== undefined) return null;
    if (command === "list" && rest.length === 0) return { command };
    const [path] = rest;
    return command === "add" && path && rest.length === 1 ? { command, path } : null;
  } catch {
    // An option that there is none of.
    return null;
  }
}

async function printAddition(path: string): Promise<number> {
  const { added, knownCount } = await withSetupLock(projectDir, async () => {
    const addition = await add(projectDir, pathAsTyped(path));
    // The registry is an input of what is generated, and all that it changes is written.
    rememberGenerated(projectDir);
    return addition;
  });
  for (const operation of added) console.log(`+ ${operation.type} ${labelOf(operation)}`);
  console.log(`${added.length} added, ${knownCount} known before.`);
  if (added.length > 0)
    console.log("Commit src/operations/registry.json and costs.json; servers started from then on know them.");
  return 0;
}

async function printFindings(against: string | undefined): Promise<number> {
  const { problems, notes } = await check(projectDir, against);
  for (const note of notes) console.log(`note: ${note}`);
  for (const problem of problems) console.error(problem);
  const count = `${problems.length} problem${problems.length === 1 ? "" : "s"}.`;
  console.log(problems.length === 0 ? "The registered operations are in order." : count);
  return problems.length === 0 ? 0 : 1;
}

/** npm runs scripts in the project's folder, and says in INIT_CWD where the person stood. */
function pathAsTyped(path: string): string {
  const typed = resolve(process.env["INIT_CWD"] ?? process.cwd(), path);
  return existsSync(typed) ? typed : resolve(process.cwd(), path);
}
