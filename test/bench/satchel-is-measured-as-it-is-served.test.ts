// The bench and `npm start` run the server as `npm run serve` does, so that what is measured is what is deployed.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { variants } from "../../bench/variants/variants.ts";
import { projectDir } from "../../scripts/clone.ts";

it("runs the command of npm run serve", () => {
  const { scripts } = JSON.parse(readFileSync(join(projectDir, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const { nodeOptions, entry } = variants.satchel;
  expect(scripts["serve"]).toBe(["node", ...nodeOptions, entry].join(" "));
});
