// registry.json is an Apollo persisted-query manifest: each id is the sha256 of its body, each body is
// one operation that today's schema accepts, and generating again drops nothing that was ever in it.

import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { Kind, parse, print, validate } from "graphql";
import { describe, expect, it } from "vitest";
import { dataDirectory, projectDir } from "../../scripts/clone.ts";
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
    expect(operation.id).toBe(createHash("sha256").update(operation.body).digest("hex"));
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

describe("generating again", () => {
  it("keeps what it does not know, in its place, and refuses what no longer fits", () => {
    const copy = copyOfProject();
    try {
      const file = join(copy, REGISTRY);
      const body = "query OfAnOldBuild {\n  __typename\n}";
      const old = { id: createHash("sha256").update(body).digest("hex"), name: "OfAnOldBuild", type: "query", body };
      const withOld = { ...registry, operations: [old, ...registry.operations.slice(1)] };
      writeFileSync(file, JSON.stringify(withOld));
      generateIn(copy);
      const generated = JSON.parse(readFileSync(file, "utf8"));
      expect(generated.operations.slice(0, withOld.operations.length)).toEqual(withOld.operations);
      expect(generated.operations.slice(withOld.operations.length)).toEqual([registry.operations[0]]);

      const gone = { ...old, body: "query OfAnOldBuild {\n  noLongerThere\n}" };
      writeFileSync(file, JSON.stringify({ ...registry, operations: [gone] }));
      expect(() => generateIn(copy)).toThrow(/OfAnOldBuild does not fit the schema/);
    } finally {
      rmSync(copy, { recursive: true });
    }
  }, 30_000);
});

/** Enough of the project to generate in, so that a generation of this clone at the same time is not disturbed. */
function copyOfProject(): string {
  const copy = mkdtempSync(join(dataDirectory(), "generate-"));
  for (const path of ["src", "scripts", "prisma", "prisma.config.ts", "package.json", "tsconfig.json"]) {
    cpSync(join(projectDir, path), join(copy, path), { recursive: true });
  }
  symlinkSync(join(projectDir, "node_modules"), join(copy, "node_modules"));
  return copy;
}

function generateIn(folder: string): void {
  const script = 'import { generate } from "./scripts/generate.ts"; await generate();';
  execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    cwd: folder,
    stdio: "pipe",
  });
}
