// registry.json is an Apollo persisted-query manifest: each id is the sha256 of its body, each body is
// one operation that today's schema accepts. Nothing that any commit had in it is gone, changed or moved,
// and generating again drops nothing.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Kind, parse, print, validate } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectDir } from "../../scripts/clone.ts";
import { generateFromGraphql } from "../../scripts/generate.ts";
import { registryOf } from "../../scripts/operations/manifest.ts";
import { registryLosses } from "../../scripts/operations/registry-changes.ts";
import { revisionAt } from "../../scripts/operations/revision.ts";
import { copyOfPrograms } from "../kit/project-copy.ts";
import { projectFiles } from "../kit/project-files.ts";
import { schema } from "../kit/schema.ts";

const REGISTRY = "src/operations/registry.json";
const registry = JSON.parse(readFileSync(join(projectDir, REGISTRY), "utf8"));

it("is a manifest as Apollo's tools read it", () => {
  expect(Object.keys(registry)).toEqual(["format", "version", "operations"]);
  expect([registry.format, registry.version]).toEqual(["apollo-persisted-query-manifest", 1]);
  expect(new Set(registry.operations.map(({ id }: { id: string }) => id)).size).toBe(registry.operations.length);
});

describe.each<{ id: string; name: string; type: string; body: string }>(registry.operations)("$name", (operation) => {
  it("has the sha256 of its body for id, and a body that says its name and type", () => {
    expect(operation.id).toBe(sha256(operation.body));
    const [definition, ...others] = parse(operation.body).definitions.filter(
      (candidate) => candidate.kind === Kind.OPERATION_DEFINITION,
    );
    expect([definition?.name?.value, definition?.operation, others.length]).toEqual([
      operation.name,
      operation.type,
      0,
    ]);
  });

  it("fits today's schema", () => {
    expect(validate(schema, parse(operation.body)).map(({ message }) => message)).toEqual([]);
  });
});

it("holds every operation of src/operations", () => {
  const bodies = new Set(registry.operations.map(({ body }: { body: string }) => body));
  const files = projectFiles().filter(({ path }) => /^src\/operations\/.*\.graphql$/.test(path));
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter(({ text }) => !bodies.has(print(parse(text)))).map(({ path }) => path)).toEqual([]);
});

it("has lost nothing that any commit had", async () => {
  const { commits, gap } = history();
  if (gap !== null) console.log(`${REGISTRY} is compared with ${commits.length} commits: ${gap}`);
  const today = registryOf(JSON.stringify(registry));
  const losses: string[] = [];
  for (const commit of commits) {
    const revision = await revisionAt(projectDir, commit);
    const before = registryOf((await revision?.textOf(REGISTRY)) ?? null, `${REGISTRY} of ${commit}`);
    losses.push(...registryLosses(before, today).map((loss) => `since ${commit}: ${loss}`));
  }
  expect(losses).toEqual([]);
}, 60_000);

describe("generating again", () => {
  let copy: string;
  beforeAll(() => {
    copy = copyOfPrograms();
  });
  afterAll(() => rmSync(copy, { recursive: true }));

  it("keeps what it does not know, in its place, and appends what is new", async () => {
    const old = entry("query OfAnOldBuild {\n  __typename\n}");
    const withOld = { ...registry, operations: [old, ...registry.operations.slice(1)] };
    write(withOld);
    await generateFromGraphql(copy);
    const generated = JSON.parse(readFileSync(join(copy, REGISTRY), "utf8"));
    expect(generated.operations.slice(0, withOld.operations.length)).toEqual(withOld.operations);
    expect(generated.operations.slice(withOld.operations.length)).toEqual([registry.operations[0]]);
  });

  it("refuses what no longer fits the schema, and what is beyond a limit, before it writes a registry", async () => {
    const gone = entry("query OfAnOldBuild {\n  noLongerThere\n}");
    const dear = entry(
      "query TooDear {\n  items(first: 100) {\n    nodes {\n      recipe {\n        item {\n          recipe {\n            count\n          }\n        }\n      }\n    }\n  }\n}",
    );
    const before = write({ ...registry, operations: [gone, dear] });
    await expect(generateFromGraphql(copy)).rejects.toThrow(
      /OfAnOldBuild \(\w+\) does not fit the schema[^]*TooDear \(\w+\) would be refused by the server: it costs/,
    );
    expect(readFileSync(join(copy, REGISTRY), "utf8")).toBe(before);
  });

  function write(content: unknown): string {
    const text = JSON.stringify(content);
    writeFileSync(join(copy, REGISTRY), text);
    return text;
  }
});

/** The commits that changed the registry, as far as there are any here, and why that may not be all of them. */
function history(): { commits: string[]; gap: string | null } {
  try {
    const git = (...args: string[]) => execFileSync("git", args, { cwd: projectDir, encoding: "utf8", stdio: "pipe" });
    const commits = git("log", "--format=%H", "--", REGISTRY).split("\n").filter(Boolean);
    const isShallow = git("rev-parse", "--is-shallow-repository").trim() === "true";
    if (isShallow) return { commits, gap: "this clone is shallow" };
    return { commits, gap: commits.length === 0 ? "it has not been committed here" : null };
  } catch {
    // No git, no repository (an unpacked archive), one of somebody else, or no commit yet.
    return { commits: [], gap: "git knows no history here" };
  }
}

function entry(body: string): Record<string, string> {
  return { id: sha256(body), name: /query (\w+)/.exec(body)![1]!, type: "query", body };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
