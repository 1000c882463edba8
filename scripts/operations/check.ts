// `npm run operations -- check`: whether what apps rely on still stands. The registry is well-formed and
// only grew, the server would run all that is in it, what is generated is current and committed, and the
// schema broke nothing since the commit compared with. One line for each problem; nothing is written.

import type { RegisteredOperation } from "../../src/operations/registry.ts";
import { COSTS_FILE, costsText } from "../generate/costs.ts";
import { OPERATIONS_FOLDER, REGISTRY_FILE, operationsOf } from "../generate/registry.ts";
import { PUBLISHED_SCHEMA_FILE, publishedSchema, type GraphqlFile } from "../generate/sdl.ts";
import { TYPED_OPERATIONS_FILE, typedOperations } from "../generate/typed-operations.ts";
import { SetupError } from "../setup-error.ts";
import { labelOf, problemsOfOperations } from "./judgement.ts";
import { registryOf } from "./manifest.ts";
import { readProject, type Project } from "./project.ts";
import { registryLosses } from "./registry-changes.ts";
import { revisionAt, type Revision } from "./revision.ts";
import { breakingChanges, schemaOf, surprisingChanges } from "./schema-changes.ts";

/** What the project looked like at the commit compared with; null for a file that was not there. */
export interface Past {
  readonly registry: string | null;
  readonly publishedSchema: string | null;
}

/** What a check found. */
export interface Findings {
  /** Each a line, and each a reason to fail. */
  readonly problems: readonly string[];
  /** Worth reading, and no reason to fail. */
  readonly notes: readonly string[];
}

const WHAT_TO_DO = "run `npm run generate` and commit what it writes";
/** What generated files are made from, as git's pathspecs. */
const SOURCES = [
  "src/schema/*.graphql",
  `${OPERATIONS_FOLDER}/*.graphql`,
  REGISTRY_FILE,
  "scripts/generate.ts",
  "scripts/generate",
  "scripts/operations",
  "package-lock.json",
];
const GENERATED = [PUBLISHED_SCHEMA_FILE, COSTS_FILE, TYPED_OPERATIONS_FILE];

/** Checks the project at `root` against the commit that `revisionName` means. Throws a SetupError where there is none of a name that was asked for. */
export async function check(root: string, revisionName: string | undefined): Promise<Findings> {
  const revision = await revisionAt(root, revisionName ?? "HEAD");
  if (revision === null && revisionName !== undefined)
    throw new SetupError(`git knows no commit "${revisionName}" here`);
  const project = await readProject(root);
  const past = {
    registry: (await revision?.textOf(REGISTRY_FILE)) ?? null,
    publishedSchema: (await revision?.textOf(PUBLISHED_SCHEMA_FILE)) ?? null,
  };
  const { problems, notes } = await findingsOf(project, past);
  if (revision === null) notes.push("not compared with an earlier state: there is no commit here");
  return { problems: [...problems, ...(revision === null ? [] : await uncommitted(project, revision))], notes };
}

/** The same on texts alone: all but what only git can say. */
export async function findingsOf(project: Project, past: Past): Promise<{ problems: string[]; notes: string[] }> {
  const problems: string[] = [];
  const schema = readable(problems, () => schemaOf(project.sdl, "src/schema"));
  const operations = readable(problems, () => registryOf(project.registry));
  const own = readable(problems, () => operationsOf(project.operationFiles));
  const before = readable(problems, () => ({
    operations: registryOf(past.registry, "the registry as committed"),
    schema: past.publishedSchema === null ? null : schemaOf(past.publishedSchema, "the published schema as committed"),
  }));
  if (operations !== undefined) {
    problems.push(...registryLosses(before?.operations ?? [], operations), ...unregistered(own ?? [], operations));
  }
  if (schema === undefined) return { problems, notes: [] };

  const unfit = problemsOfOperations(schema, operations ?? []);
  problems.push(...unfit);
  const notes: string[] = [];
  if (before?.schema) {
    const broken = breakingChanges(before.schema, schema, operations ?? before.operations);
    problems.push(...broken.map((change) => `the schema: ${change}`));
    notes.push(...surprisingChanges(before.schema, schema).map((change) => `the schema: ${change}`));
  }
  if (project.publishedSchema !== publishedSchema(project.sdl)) problems.push(outdated(PUBLISHED_SCHEMA_FILE));
  // Costs and types of what does not fit cannot be had.
  if (unfit.length > 0 || operations === undefined || own === undefined) return { problems, notes };
  if (project.costs !== costsText(schema, operations)) problems.push(outdated(COSTS_FILE));
  const current = await currentTypedOperations(project.sdl, project.operationFiles);
  if (project.typedOperations !== current) problems.push(outdated(TYPED_OPERATIONS_FILE));
  return { problems, notes };
}

/** A file that is not what it should be is one problem; the others are still looked for. */
function readable<T>(problems: string[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    problems.push(error.message);
    return undefined;
  }
}

function unregistered(own: readonly RegisteredOperation[], registered: readonly RegisteredOperation[]): string[] {
  const ids = new Set(registered.map(({ id }) => id));
  return own
    .filter(({ id }) => !ids.has(id))
    .map((operation) => `operation ${labelOf(operation)} is not registered: ${WHAT_TO_DO}`);
}

function outdated(file: string): string {
  return `${file} is not what its sources make: ${WHAT_TO_DO}`;
}

async function currentTypedOperations(sdl: string, files: readonly GraphqlFile[]): Promise<string | null> {
  try {
    return await typedOperations(sdl, files, operationsOf(files));
  } catch {
    // A file that does not fit the schema is reported as not registered.
    return null;
  }
}

/**
 * The command generates before it checks, so a checkout that lacks what its sources make (CI's) looks
 * current on disk. It gives itself away: nothing that was written by hand differs from the commit, and
 * something generated does.
 */
async function uncommitted({ operationFiles }: Project, revision: Revision): Promise<string[]> {
  const changed = await revision.changed(SOURCES);
  if (changed.length === 0) return (await revision.changed(GENERATED)).map(lacking);
  if (changed.length > 1 || changed[0] !== REGISTRY_FILE) return [];
  const committed = new Set(registryOf(await revision.textOf(REGISTRY_FILE)).map(({ id }) => id));
  return operationsOf(operationFiles).some(({ id }) => !committed.has(id)) ? [lacking(REGISTRY_FILE)] : [];
}

function lacking(file: string): string {
  return `${file} as committed is not what its sources make: ${WHAT_TO_DO}`;
}
