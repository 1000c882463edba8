// `npm run operations` at the keyboard: a table, one clear line for what cannot be taken, and how it is
// used, with exit code 2, where it was not understood. Never a stack.

import { createHash } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseCommand } from "../../scripts/operations.ts";
import { list } from "../../scripts/operations/list.ts";
import { manifestText } from "../../scripts/operations/manifest.ts";
import { projectDir } from "../../scripts/clone.ts";
import { registeredOperations } from "../../src/operations/registry.ts";
import { runScript, temporaryDataDir } from "../kit/command.ts";
import { copyOfOperations } from "../kit/project-copy.ts";

describe("list", () => {
  it("has a line for each operation: its cost, its fields, its statements and its file", async () => {
    const [heads, ...lines] = await list(projectDir);
    expect(heads).toMatch(/^id +name +type +cost +at most +fields +statements +from$/);
    expect(lines).toHaveLength(registeredOperations.length);
    expect(lines).toContainEqual(
      expect.stringMatching(/^ee041635 +PlayerState +query +103 +103 +14 +3 +player-state\.graphql$/),
    );
  });

  it("says which came from an app, which no longer fits, and which can be asked for too much", async () => {
    const root = copyOfOperations();
    const deep =
      "query Deep($first: Int!) {\n  items(first: $first) {\n    nodes {\n      recipe {\n        item {\n          recipe {\n            count\n          }\n        }\n      }\n    }\n  }\n}";
    const gone = "query Gone {\n  gone\n}";
    const entries = [gone, deep].map((body) => {
      const id = createHash("sha256").update(body).digest("hex");
      return { id, name: /query (\w+)/.exec(body)![1]!, type: "query", body };
    });
    writeFileSync(join(root, "src/operations/registry.json"), manifestText(entries));
    const lines = (await list(root)).join("\n");
    expect(lines).toMatch(/^\w{8} +Gone +query +\? +\? +\? +\? +an earlier file or an app: see check$/m);
    expect(lines).toMatch(/^\w{8} +Deep +query +1601! +1601! +6 +- +an earlier file or an app$/m);
    expect(lines).toMatch(/^! more than 1000, which the server refuses/m);
    rmSync(root, { recursive: true });
  });
});

describe("bad usage is answered with the usage and exit code 2", () => {
  it.each([
    [[]],
    [["remove"]],
    [["add"]],
    [["add", "a", "b"]],
    [["add", ""]],
    [["list", "all"]],
    [["--help"]],
    [["check", "HEAD"]],
    [["list", "--against", "HEAD"]],
  ])("%j", (args) => {
    expect(parseCommand(args)).toBeNull();
  });

  it("on the error output, as a whole", async () => {
    const command = runScript(["operations", "remove"], { DATA_DIR: temporaryDataDir() });
    expect(await command.ended).toBe(2);
    expect(command.output()).toMatch(
      /^Usage: npm run operations -- <command>\n\n {2}list .*\n {2}add .*\n.*\n {2}check /m,
    );
  });
});

it("says in one line that there is no such file, as it was typed, and ends with 1", async () => {
  const command = runScript(["operations", "add", "nowhere.json"], {
    DATA_DIR: temporaryDataDir(),
    INIT_CWD: projectDir,
  });
  expect(await command.ended).toBe(1);
  expect(command.output().trim()).toMatch(/^cannot read \S*nowhere\.json: there is no such file$/);
});

it("adds nothing that is known, and says so", async () => {
  const path = join(temporaryDataDir(), "manifest.json");
  writeFileSync(path, manifestText(registeredOperations));
  const command = runScript(["operations", "add", path], { DATA_DIR: temporaryDataDir() });
  expect(await command.ended).toBe(0);
  expect(command.output().trim()).toBe(`0 added, ${registeredOperations.length} known before.`);
});
