// Every rule that the house leans on, broken once in a source tree made for the purpose. A rule that is
// mistyped, switched off by an override or renamed by a new version of the linter says nothing by itself.

import { beforeAll, expect, it } from "vitest";
import { lintProbe, type Finding } from "../kit/lint-probe.ts";

const COLOUR = 'export type Colour = "red" | "green";\n';

/** What must be found, by the path at which it stands. */
const broken: Record<string, { readonly rule: string; readonly text: string }> = {
  "src/runtime/floating.ts": {
    rule: "typescript/no-floating-promises",
    text: "export function start(work: () => Promise<void>): void {\n  work();\n}\n",
  },
  "src/runtime/misused.ts": {
    rule: "typescript/no-misused-promises",
    text: "export function isDone(work: Promise<boolean>): boolean {\n  return work ? true : false;\n}\n",
  },
  "src/runtime/awaited.ts": {
    rule: "typescript/await-thenable",
    text: "export async function wait(count: number): Promise<void> {\n  await count;\n}\n",
  },
  "src/runtime/returned.ts": {
    rule: "typescript/return-await",
    text: "export async function ask(work: Promise<number>): Promise<number> {\n  try {\n    return work;\n  } catch {\n    return 0;\n  }\n}\n",
  },
  "src/runtime/switched.ts": {
    rule: "typescript/switch-exhaustiveness-check",
    text: `${COLOUR}export function say(colour: Colour): void {\n  switch (colour) {\n    case "red":\n      break;\n  }\n}\n`,
  },
  "src/runtime/anything.ts": {
    rule: "typescript/no-explicit-any",
    text: "export const anything: any = 1;\n",
  },
  "src/runtime/escaped.ts": {
    rule: "typescript/no-unsafe-assignment",
    text: 'export const parsed: { id: number } = JSON.parse("{}");\n',
  },
  "src/runtime/falsy.ts": {
    rule: "typescript/strict-boolean-expressions",
    text: "export function isGiven(count: number | undefined): string {\n  return count ? 'yes' : 'no';\n}\n",
  },
  "src/runtime/thrown.ts": {
    rule: "typescript/only-throw-error",
    text: 'export function fail(): never {\n  throw "no error";\n}\n',
  },
  "src/runtime/silent.ts": {
    rule: "no-empty",
    text: "export function attempt(work: () => void): void {\n  try {\n    work();\n  } catch {}\n}\n",
  },
  "src/runtime/first.ts": {
    rule: "import/no-cycle",
    text: 'import { second } from "./second.ts";\nexport const first = (): number => second();\n',
  },
  "src/runtime/second.ts": {
    rule: "import/no-cycle",
    text: 'import { first } from "./first.ts";\nexport const second = (): number => first();\n',
  },
  "src/runtime/type-cycle.ts": {
    rule: "import/no-cycle",
    text: 'import type { Other } from "./type-cycle-back.ts";\nexport type One = Other;\n',
  },
  "src/runtime/type-cycle-back.ts": {
    rule: "import/no-cycle",
    text: 'import type { One } from "./type-cycle.ts";\nexport type Other = One | null;\n',
  },
  "src/runtime/default.ts": {
    rule: "import/no-default-export",
    text: "export default function nameless(): void {\n  return;\n}\n",
  },
  "src/runtime/computed.ts": {
    rule: "import/no-dynamic-require",
    text: "export const load = (name: string): Promise<unknown> => import(name);\n",
  },
  "src/runtime/annotated.ts": {
    rule: "typescript/consistent-type-imports",
    text: 'export type Page = import("./falsy.ts").Page;\n',
  },
  "src/runtime/environment.ts": {
    rule: "node/no-process-env",
    text: 'export const port = process.env["PORT"];\n',
  },
  "src/runtime/printed.ts": {
    rule: "no-console",
    text: 'console.log("hello");\nexport const hello = 1;\n',
  },
  "src/runtime/unused.ts": {
    rule: "no-unused-vars",
    text: "export function half(count: number): number {\n  const third = count / 3;\n  return count / 2;\n}\n",
  },
  "src/runtime/waived.ts": {
    rule: "unicorn/no-abusive-eslint-disable",
    text: "/* oxlint-disable */\nexport const waived = 1;\n",
  },
  "test/run/mocked.test.ts": {
    rule: "vitest/no-restricted-vi-methods",
    text: 'import { expect, it, vi } from "vitest";\nvi.mock("../../src/app.ts");\nit("runs", () => {\n  expect(1).toBe(1);\n});\n',
  },
  "test/run/only.test.ts": {
    rule: "vitest/no-focused-tests",
    text: 'import { expect, it } from "vitest";\nit.only("runs", () => {\n  expect(1).toBe(1);\n});\n',
  },
  "test/run/skipped.test.ts": {
    rule: "vitest/no-disabled-tests",
    text: 'import { expect, it } from "vitest";\nit.skip("runs", () => {\n  expect(1).toBe(1);\n});\n',
  },
  "test/run/empty.test.ts": {
    rule: "vitest/expect-expect",
    text: 'import { it } from "vitest";\nit("runs", () => undefined);\n',
  },
};

/** What must pass, so that the findings above are about the rule and not about the probe. */
const sound: Record<string, string> = {
  "src/main.ts": 'import { readConfig } from "./config.ts";\nreadConfig(process.env);\n',
  "src/config.ts":
    'export function readConfig(environment: NodeJS.ProcessEnv): string | undefined {\n  return environment["PORT"];\n}\n',
  "src/runtime/sound.ts": `${COLOUR}export function say(colour: Colour): string {\n  switch (colour) {\n    case "red":\n      return "stop";\n    case "green":\n      return "go";\n  }\n}\n`,
  "test/run/sound.test.ts": 'import { expect, it } from "vitest";\nit("runs", () => {\n  expect(1).toBe(1);\n});\n',
  "vitest.config.ts": "export default {};\n",
};

let findings: readonly Finding[];
beforeAll(async () => {
  const texts = Object.entries(broken).map(([path, { text }]) => [path, text] as const);
  findings = await lintProbe({ ...Object.fromEntries(texts), ...sound });
}, 30_000);

const rulesAt = (path: string) => findings.filter(({ file }) => file === path).map(({ rule }) => rule);

it.each(Object.entries(broken).map(([path, { rule }]) => ({ path, rule })))("$rule in $path", ({ path, rule }) => {
  expect(rulesAt(path)).toContain(rule);
});

it.each(Object.keys(sound))("nothing in %s", (path) => {
  expect(rulesAt(path)).toEqual([]);
});
