// `check` takes "as it was" from git: HEAD, or the commit that is named. What is generated must be in the
// commit that has its sources, which a fresh checkout, where every command generates first, would hide.

import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { projectDir } from "../../scripts/clone.ts";
import { check } from "../../scripts/operations/check.ts";
import { copyOfOperations } from "../kit/project-copy.ts";

let root: string;
beforeEach(() => {
  root = copyOfOperations();
  git("init", "--quiet");
  commit();
});
afterEach(() => rmSync(root, { recursive: true }));

it("finds nothing where nothing changed", async () => {
  expect(await check(root, undefined)).toEqual({ problems: [], notes: [] });
});

it("has nothing to say against this project and its last commit", async () => {
  expect((await check(projectDir, undefined)).problems).toEqual([]);
});

it("finds what a change breaks until it is committed, and after that by the earlier commit's name", async () => {
  edit("src/schema/player.graphql", (text) =>
    text.replace(/ {2}"Private\. E-mail address\."\n {2}email: String\b.*\n/, ""),
  );
  edit("schema.graphql", (text) => text.replace(/ {2}"Private\. E-mail address\."\n {2}email: String\b.*\n/, ""));
  const broken = "the schema: Player.email was removed. No registered operation uses it.";
  expect((await check(root, undefined)).problems).toEqual([broken]);
  commit();
  expect((await check(root, undefined)).problems).toEqual([]);
  expect((await check(root, "HEAD~1")).problems).toEqual([broken]);
});

it("finds an entry that was dropped from the registry", async () => {
  edit("src/operations/registry.json", (text) => {
    const registry = JSON.parse(text);
    return `${JSON.stringify({ ...registry, operations: registry.operations.slice(1) }, null, 2)}\n`;
  });
  expect((await check(root, undefined)).problems).toContainEqual(expect.stringMatching(/is gone from the registry/));
});

it.each(["schema.graphql", "client/operations.ts", "src/operations/costs.json"])(
  "finds that %s was not committed with its sources",
  async (file) => {
    const current = readFileSync(join(root, file), "utf8");
    for (const damage of [() => edit(file, (text) => `${text}\n`), () => rmSync(join(root, file))]) {
      damage();
      commit();
      // As a fresh checkout does before it checks.
      writeFileSync(join(root, file), current);
      expect((await check(root, undefined)).problems).toEqual([
        `${file} as committed is not what its sources make: run \`npm run generate\` and commit what it writes`,
      ]);
    }
  },
);

it("finds that an operation was committed without its entry", async () => {
  const file = "src/operations/registry.json";
  const current = readFileSync(join(root, file), "utf8");
  edit(file, (text) => {
    const registry = JSON.parse(text);
    return JSON.stringify({ ...registry, operations: registry.operations.slice(1) });
  });
  commit();
  writeFileSync(join(root, file), current);
  expect((await check(root, undefined)).problems).toContainEqual(
    expect.stringMatching(/^src\/operations\/registry\.json as committed/),
  );
});

it("refuses a commit that there is none of, also one that looks like an option", async () => {
  await expect(check(root, "nowhere")).rejects.toThrow('git knows no commit "nowhere" here');
  await expect(check(root, "--all")).rejects.toThrow('git knows no commit "--all" here');
});

it("says so where there is no commit yet, and still checks the rest", async () => {
  rmSync(join(root, ".git"), { recursive: true });
  git("init", "--quiet");
  edit("schema.graphql", (text) => `${text}\n`);
  expect(await check(root, undefined)).toEqual({
    problems: [expect.stringMatching(/^schema\.graphql is not what its sources make/)],
    notes: ["not compared with an earlier state: there is no commit here"],
  });
});

function edit(path: string, change: (text: string) => string): void {
  writeFileSync(join(root, path), change(readFileSync(join(root, path), "utf8")));
}

function commit(): void {
  git("add", "--all");
  git("-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "--quiet", "--message", "as it is");
}

function git(...args: string[]): void {
  execFileSync("git", args, { cwd: root, stdio: "pipe" });
}
