// What every npm script asks before it begins: is what is generated made from today's inputs? A changed
// schema, operation, registry, generator or limit is noticed, and a generated file that is gone.

import { appendFileSync, cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { projectDir } from "../../scripts/clone.ts";
import { isGeneratedCurrent, rememberGenerated } from "../../scripts/prepare.mjs";
import { copyOfPrograms } from "../kit/project-copy.ts";

let root: string;
beforeEach(() => {
  root = copyOfPrograms();
  for (const path of ["package-lock.json", "schema.graphql", "client"]) {
    cpSync(join(projectDir, path), join(root, path), { recursive: true });
  }
  rememberGenerated(root);
});
afterEach(() => rmSync(root, { recursive: true }));

it("is so right after it was generated, and stays so while nothing changes but what it is not made from", () => {
  appendFileSync(join(root, "src/app.ts"), "\n");
  expect(isGeneratedCurrent(root)).toBe(true);
});

it.each([
  "package-lock.json",
  "prisma/schema.prisma",
  "src/schema/player.graphql",
  "src/schema/models.ts",
  "src/operations/player-state.graphql",
  "src/operations/registry.json",
  "src/runtime/limits.ts",
  "src/edge/cost.ts",
  "scripts/generate.ts",
  "scripts/generate/typed-operations.ts",
  "scripts/operations/judgement.ts",
])("is not so once %s changed", (path) => {
  appendFileSync(join(root, path), "\n");
  expect(isGeneratedCurrent(root)).toBe(false);
});

it.each(["src/schema/zebra.graphql", "src/operations/zebra.graphql", "scripts/generate/zebra.ts"])(
  "is not so once %s is new",
  (path) => {
    writeFileSync(join(root, path), "# new\n");
    expect(isGeneratedCurrent(root)).toBe(false);
  },
);

it.each(["schema.graphql", "src/operations/costs.json", "client/operations.ts", "src/schema/generated"])(
  "is not so once %s is gone",
  (path) => {
    rmSync(join(root, path), { recursive: true });
    expect(isGeneratedCurrent(root)).toBe(false);
  },
);
