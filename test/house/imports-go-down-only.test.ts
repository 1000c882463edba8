// The layer law, stated a second time and independently of .oxlintrc.json: every layer imports every
// other one in a source tree made for the purpose, and the linter must refuse exactly what the law does.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { projectDir } from "../../scripts/clone.ts";
import { lintProbe, type Finding } from "../kit/lint-probe.ts";

/** From the top down. */
const SPINE = ["main", "primary", "worker", "config", "app", "http", "yoga", "graphql-schema", "context", "errors"];
const FOLDERS = [
  "edge",
  "operations",
  "schema",
  "resolvers",
  "loaders",
  "commands",
  "consumers",
  "queue",
  "cache",
  "repositories",
  "database",
  "runtime",
];
const LAYERS = [...SPINE, ...FOLDERS];
const OUTSIDE = ["scripts", "test", "prisma", "bench"];

const FROM_ANYWHERE = new Set(["operations", "schema", "runtime", "errors"]);
/** They are handed further down than they stand, so they import what anybody may and no more. */
const CONFIG_READERS = new Set(["main", "primary", "worker", "app", "http", "yoga", "edge"]);
const CONTEXT_READERS = new Set([
  "main",
  "primary",
  "worker",
  "app",
  "http",
  "yoga",
  "graphql-schema",
  "edge",
  "resolvers",
  "loaders",
]);

function mayImport(from: string, to: string): boolean {
  if (OUTSIDE.includes(to)) return false;
  if (from === to || FROM_ANYWHERE.has(to)) return true;
  if (from === "config" || from === "errors") return false;
  if (to === "config") return CONFIG_READERS.has(from);
  if (to === "context") return CONTEXT_READERS.has(from);
  if (from === "context" && CONTEXT_READERS.has(to)) return to === "loaders";
  return LAYERS.indexOf(from) < LAYERS.indexOf(to);
}

const isSpine = (layer: string) => SPINE.includes(layer);
const probePath = (layer: string) => (isSpine(layer) ? `src/${layer}.ts` : `src/${layer}/probe.ts`);

function specifier(from: string, to: string): string {
  const up = isSpine(from) ? "./" : "../";
  if (OUTSIDE.includes(to)) return `${up === "./" ? "../" : "../../"}${to}/thing.ts`;
  return `${up}${isSpine(to) ? to : `${to}/thing`}.ts`;
}

let refused: Set<string>;
beforeAll(async () => {
  const targets = [...LAYERS, ...OUTSIDE];
  const findings = await lintProbe(
    Object.fromEntries(
      LAYERS.map((from) => [
        probePath(from),
        targets.map((to, place) => `import { thing${place} } from "${specifier(from, to)}";\n`).join(""),
      ]),
    ),
  );
  refused = new Set(importsRefused(findings).map(({ file, line }) => `${file} -> ${targets[line - 1]}`));
}, 30_000);

describe.each(LAYERS)("%s", (from) => {
  it("imports what the law lets through and nothing else", () => {
    const others = [...LAYERS, ...OUTSIDE].filter((to) => to !== from);
    expect(others.filter((to) => !refused.has(`${probePath(from)} -> ${to}`))).toEqual(
      others.filter((to) => mayImport(from, to)),
    );
  });
});

it("has every file and folder of src/ for a layer", () => {
  const present = readdirSync(join(projectDir, "src")).map((name) => name.replace(/\.ts$/, ""));
  expect(present.filter((name) => !LAYERS.includes(name))).toEqual([]);
});

it("lets a layer without an entry of its own import nothing", async () => {
  const text = 'import { thing } from "../runtime/thing.ts";\n';
  const spineText = 'import { thing } from "./runtime/thing.ts";\n';
  const findings = await lintProbe({ "src/novelty/probe.ts": text, "src/novelty.ts": spineText });
  expect(new Set(importsRefused(findings).map(({ file }) => file))).toEqual(
    new Set(["src/novelty/probe.ts", "src/novelty.ts"]),
  );
});

it("is a law for every form of import", async () => {
  const forms = [
    'import { thing } from "../app.ts";',
    'import type { Thing } from "../app.ts";',
    'import * as everything from "../app.ts";',
    'import "../app.ts";',
    'export { other } from "../app.ts";',
    'export * from "../app.ts";',
    'export type { Another } from "../app.ts";',
    'export const later = await import("../app.ts");',
  ];
  const findings = importsRefused(await lintProbe({ "src/loaders/probe.ts": `${forms.join("\n")}\n` }));
  expect(new Set(findings.map(({ line }) => forms[line - 1]))).toEqual(new Set(forms));
});

function importsRefused(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ rule }) => rule === "no-restricted-imports");
}
