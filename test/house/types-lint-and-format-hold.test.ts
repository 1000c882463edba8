// The checks that a developer runs by hand, `npm run types`, `npm run lint` and `npm run format:check`, over
// the whole project as it lies there: the very commands of package.json, each a process of its own.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, it } from "vitest";
import { projectDir } from "../../scripts/clone.ts";

/** A cold start of a compiler on a busy machine. */
const CHECK_MS_MAX = 120_000;

const { scripts } = JSON.parse(readFileSync(join(projectDir, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

it.each(["types", "lint", "format:check"])(
  "npm run %s has nothing to say",
  async (name) => {
    const command = scripts[name];
    expect(command).toBeDefined();
    const { code, output } = await runCommand(command!);
    expect(code, `${command} ended with ${code}:\n${output}`).toBe(0);
  },
  CHECK_MS_MAX,
);

/** As npm runs it: by a shell, with the project's own programs in front of the path. */
function runCommand(command: string): Promise<{ code: number | null; output: string }> {
  const path = [join(projectDir, "node_modules", ".bin"), process.env["PATH"]].join(delimiter);
  const child = spawn(command, { cwd: projectDir, shell: true, env: { ...process.env, PATH: path, NO_COLOR: "1" } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    // "close" and not "exit": by then all output has been read.
    child.once("close", (code) => resolve({ code, output }));
  });
}
