// What the house asks for and a linter cannot say. Each check names every place that breaks it, so a
// failure is the list of what to mend. (Descriptions in the schema: test/schema/describes-every-name.test.ts.)

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename, dirname, join } from "node:path";
import { parse, TypeInfo, visit, visitWithTypeInfo, type FieldNode } from "graphql";
import { describe, expect, it } from "vitest";
import { projectDir } from "../../scripts/clone.ts";
import { configKeys } from "../../src/config.ts";
import * as context from "../../src/context.ts";
import { watchConnections } from "../../src/edge/connections.ts";
import { limits } from "../../src/runtime/limits.ts";
import { createMetrics } from "../../src/runtime/metrics.ts";
import { projectFiles, type ProjectFile } from "../kit/project-files.ts";
import { schema } from "../kit/schema.ts";

const HEADER_LINES_MAX = 6;
const FILE_LINES_MAX = 300;
const ARCHITECTURE_LINES_MAX = 150;
const FORBIDDEN_WORDS = /^(util|helper|common|misc|manager|service|base|data|info)s?$/;
/** Their names are sentences, in which those words mean what they say. */
const SENTENCES = /\.test\.ts$|^docs\/adr\//;
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*$/;
/** Prisma's own: `<timestamp>_<name>`. */
const MIGRATION_FOLDER = /^\d{14}_[a-z0-9]+(_[a-z0-9]+)*$/;
const CODE_FOLDERS = /^(src|scripts|prisma|test|bench|docs)\//;

const files = projectFiles();
const programs = files.filter(({ path }) => /\.(ts|mts|mjs)$/.test(path));
const inFolder = (folder: string) => files.filter(({ path }) => path.startsWith(`${folder}/`));

describe("every program file", () => {
  it(`opens with 1 to ${HEADER_LINES_MAX} lines that say what it is for`, () => {
    expect(pathsOf(programs, ({ text }) => !isHeaderLength(headerLinesOf(text)))).toEqual([]);
  });

  it(`of src/ and scripts/ has at most ${FILE_LINES_MAX} lines`, () => {
    const bounded = programs.filter(({ path }) => /^(src|scripts)\//.test(path));
    expect(pathsOf(bounded, ({ text }) => text.trimEnd().split("\n").length > FILE_LINES_MAX)).toEqual([]);
  });
});

describe("every name", () => {
  it("is a word of the field, in folders too", () => {
    const words = (path: string) => (SENTENCES.test(path) ? dirname(path) : path).toLowerCase().split(/[/.-]/);
    expect(pathsOf(files, ({ path }) => words(path).some((word) => FORBIDDEN_WORDS.test(word)))).toEqual([]);
  });

  it("is kebab-case", () => {
    const named = files.filter(({ path }) => CODE_FOLDERS.test(path));
    expect(pathsOf(named, ({ path }) => !path.split("/").every(isKebabCase))).toEqual([]);
  });

  it("is not index.ts, but for the two that gather a layer", () => {
    const barrels = inFolder("src").filter(({ path }) => basename(path) === "index.ts");
    expect(barrels.map(({ path }) => path).toSorted(alphabetically)).toEqual([
      "src/loaders/index.ts",
      "src/resolvers/index.ts",
    ]);
  });
});

describe("every file", () => {
  // Put together here, so that this file does not hold what it looks for.
  const promises = new RegExp(`\\b(${["TO", "DO"].join("")}|${["FIX", "ME"].join("")}|${"X".repeat(3)})\\b`);
  const homes = /(^|[\s"'`=:(])\/(home|root|work|Users)\/\w/;
  const registries = /https?:\/\/[^\s"'/]*(registry|npmjs|yarnpkg|artifactory|nexus|verdaccio)/;

  it("is finished: what is still to be done stands in an issue", () => {
    expect(pathsOf(files, ({ text }) => promises.test(text))).toEqual([]);
  });

  it("names no place of the machine that it was written on", () => {
    expect(pathsOf(files, ({ text }) => homes.test(text))).toEqual([]);
  });

  it("leaves the choice of a registry to whoever installs", () => {
    expect(pathsOf(files, ({ text }) => registries.test(text))).toEqual([]);
    expect(textOf(".npmrc")).not.toMatch(/registry\s*=/);
    expect(textOf("package-lock.json")).not.toMatch(/"resolved": "(?!file:)/);
  });
});

describe("the source", () => {
  it("has flat layers", () => {
    expect(pathsOf(inFolder("src"), ({ path }) => path.split("/").length > 3)).toEqual([]);
  });

  it("reads the environment through one door", () => {
    const doors = new Set(["src/main.ts", "src/worker.ts", "src/config.ts"]);
    const others = inFolder("src").filter(({ path }) => path.endsWith(".ts") && !doors.has(path));
    // The linter sees `process.env`; these are the ways around it.
    const sidesteps = /["'](node:)?process["']|\bprocess\??\.env\b|\benv\b[^;\n]*=\s*(globalThis\.)?process\b/;
    expect(pathsOf(others, ({ text }) => sidesteps.test(text))).toEqual([]);
  });

  it("hands of the context nothing to layers below it but its types and maySeePrivate, and to the lanes how to make one", () => {
    expect(Object.keys(context).toSorted(alphabetically)).toEqual(["createContext", "maySeePrivate"]);
    const makers = inFolder("src").filter(({ text }) => /\bcreateContext\(services/.test(text));
    expect(makers.map(({ path }) => path).toSorted(alphabetically)).toEqual([
      "src/context.ts",
      "src/edge/lanes.ts",
      "src/yoga.ts",
    ]);
  });

  it("uses every limit", () => {
    const uses = [...inFolder("src"), ...inFolder("scripts")]
      .filter(({ path }) => path !== "src/runtime/limits.ts")
      .map(({ text }) => text)
      .join("\n");
    expect(Object.keys(limits).filter((name) => !new RegExp(`\\blimits\\.${name}\\b`).test(uses))).toEqual([]);
  });
});

describe("the schema", () => {
  it("has every field of Query and Mutation in an operation of src/operations", () => {
    const operations = inFolder("src/operations").filter(({ path }) => path.endsWith(".graphql"));
    const asked = new Set(operations.flatMap(({ text }) => fieldsOf(text)));
    const offered = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.keys(type?.getFields() ?? {}).map((name) => `${type?.name}.${name}`),
    );
    expect(offered.length).toBeGreaterThan(0);
    expect(offered.filter((name) => !asked.has(name))).toEqual([]);
  });
});

describe("the documents", () => {
  it("name every setting in README.md", () => {
    const readme = textOf("README.md");
    expect(configKeys.filter((key) => !new RegExp(`\\b${key}\\b`).test(readme))).toEqual([]);
  });

  it("have every metric in README.md's table, and no other", () => {
    const listed = Array.from(textOf("README.md").matchAll(/^\| `(satchel_\w+)` +\|/gm), ([, name = ""]) => name);
    expect(listed.toSorted(alphabetically)).toEqual(metricNames().toSorted(alphabetically));
  });

  it(`keep ARCHITECTURE.md within ${ARCHITECTURE_LINES_MAX} lines`, () => {
    expect(textOf("ARCHITECTURE.md").trimEnd().split("\n").length).toBeLessThanOrEqual(ARCHITECTURE_LINES_MAX);
  });

  it("name every folder of src/ in ARCHITECTURE.md", () => {
    const architecture = textOf("ARCHITECTURE.md");
    const folders = new Set(inFolder("src").map(({ path }) => path.split("/").slice(1, -1)[0] ?? ""));
    folders.delete("");
    expect([...folders].filter((folder) => !new RegExp(`\\b${folder}/`).test(architecture))).toEqual([]);
  });
});

it("lints every folder that holds programs", () => {
  const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };
  const linted = (scripts["lint"] ?? "").split(" ");
  const places = new Set(programs.map(({ path }) => (dirname(path) === "." ? path : path.split("/")[0]!)));
  expect([...places].filter((place) => !linted.includes(place))).toEqual([]);
});

function pathsOf(all: readonly ProjectFile[], isBroken: (file: ProjectFile) => boolean): string[] {
  return all.filter(isBroken).map(({ path }) => path);
}

/** The lines of the comment that the file begins with; a #! line before it is not counted. */
function headerLinesOf(text: string): number {
  const lines = text.replace(/^#!.*\n/, "").split("\n");
  const end = lines.findIndex((line) => !line.startsWith("// "));
  return end === -1 ? lines.length : end;
}

function isHeaderLength(lines: number): boolean {
  return lines >= 1 && lines <= HEADER_LINES_MAX;
}

/** One step of a path: every part between its dots, but for Prisma's own names. */
function isKebabCase(step: string): boolean {
  if (MIGRATION_FOLDER.test(step) || step === "migration_lock.toml" || step === "README.md") return true;
  return step.split(".").every((part) => KEBAB_CASE.test(part));
}

function alphabetically(a: string, b: string): number {
  return a.localeCompare(b);
}

function textOf(path: string): string {
  return readFileSync(join(projectDir, path), "utf8");
}

/** What a document asks for, as "Type.field", also through fragments. */
function fieldsOf(document: string): string[] {
  const fields: string[] = [];
  const types = new TypeInfo(schema);
  const enter = ({ name }: FieldNode) => void fields.push(`${types.getParentType()?.name}.${name.value}`);
  visit(parse(document), visitWithTypeInfo(types, { Field: enter }));
  return fields;
}

/** Of every metric that is ours: those of a process, and those that its HTTP server adds. */
function metricNames(): string[] {
  const metrics = createMetrics();
  watchConnections(createServer(), metrics).stop();
  const names = metrics.registry.getMetricsAsArray().map(({ name }) => name);
  return names.filter((name) => name.startsWith("satchel_"));
}
