// `npm run operations -- list`: the registry as a table, one line for each operation.

import { join } from "node:path";
import { Kind, type DocumentNode, type FragmentDefinitionNode, type SelectionSetNode } from "graphql";
import { limits } from "../../src/runtime/limits.ts";
import { readIfThere } from "../generate/output.ts";
import { operationsOf } from "../generate/registry.ts";
import { costRangeOf } from "./cost-range.ts";
import { bodyDocument, problemsOfOperations, shortId } from "./judgement.ts";
import { registryOf } from "./manifest.ts";
import { readProject } from "./project.ts";
import { schemaOf } from "./schema-changes.ts";

const HEADS = ["id", "name", "type", "cost", "at most", "fields", "statements", "from"];
const RIGHT_ALIGNED = new Set(["cost", "at most", "fields", "statements"]);

/**
 * The table's lines. An operation's cost is the one with its own defaults; "at most" is the one with
 * every size at its maximum. What the server would refuse is marked.
 */
export async function list(root: string): Promise<string[]> {
  const project = await readProject(root);
  const schema = schemaOf(project.sdl, "src/schema");
  const files = new Map(operationsOf(project.operationFiles).map(({ id }, place) => [id, place]));
  const rows = registryOf(project.registry).map(async (operation) => {
    const { id, name, type, body } = operation;
    const place = files.get(id);
    const from = place === undefined ? "an earlier file or an app" : project.operationFiles[place]!.name;
    if (problemsOfOperations(schema, [operation]).length > 0) {
      return [shortId(id), name, type, "?", "?", "?", "?", `${from}: see check`];
    }
    const document = bodyDocument(body);
    const { usual, most } = costRangeOf(schema, document);
    const statements = place === undefined ? "-" : await statementCount(root, project.operationFiles[place]!.name);
    return [shortId(id), name, type, marked(usual), marked(most), String(fieldCount(document)), statements, from];
  });
  const lines = table([HEADS, ...(await Promise.all(rows))]);
  return lines.some((line) => line.includes("! "))
    ? [...lines, "", `! more than ${limits.costMax}, which the server refuses: the app must ask for smaller pages.`]
    : lines;
}

/** Aligned whether or not it is one that the server refuses. */
function marked(cost: number): string {
  return `${cost}${cost > limits.costMax ? "!" : " "}`;
}

/** Statements of the operation at most, over the cases of the stored list that its test compares with. */
async function statementCount(root: string, file: string): Promise<string> {
  const stored = await readIfThere(join(root, "test/sql/statements", file.replace(/\.graphql$/, ".sql")));
  if (stored === null) return "-";
  return String(Math.max(...[...stored.matchAll(/^-- .*: (\d+) statements?$/gm)].map(([, count]) => Number(count))));
}

/** As the server's bound counts them: those of a fragment as often as it is spread. */
function fieldCount(document: DocumentNode): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const ofSelections = (set: SelectionSetNode | undefined): number =>
    (set?.selections ?? []).reduce((sum, selection) => {
      if (selection.kind === Kind.FIELD) return sum + 1 + ofSelections(selection.selectionSet);
      if (selection.kind === Kind.INLINE_FRAGMENT) return sum + ofSelections(selection.selectionSet);
      return sum + ofSelections(fragments.get(selection.name.value)?.selectionSet);
    }, 0);
  return document.definitions.reduce(
    (sum, definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? sum + ofSelections(definition.selectionSet) : sum,
    0,
  );
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        RIGHT_ALIGNED.has(HEADS[column]!) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join("  ")
      .trimEnd(),
  );
}
