// Builds what is measured: Satchel exactly as `npm run build` does, and the variants and load processes
// beside it with the same compiler settings, so that nobody runs through a transpiler.

import { spawnSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { main as buildSatchel } from "../scripts/build.ts";
import { projectDir } from "../scripts/clone.ts";
import { SetupError } from "../scripts/setup-error.ts";

const VECTORS = "prisma/seed/player-state-vectors.json";

/** Throws a SetupError when the compiler finds fault. */
export async function buildAll(): Promise<void> {
  if ((await buildSatchel()) !== 0) throw new SetupError("npm run build fails; see above");
  rmSync(join(projectDir, "bench/dist"), { recursive: true, force: true });
  const tsc = join(projectDir, "node_modules/typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-p", "bench/tsconfig.build.json"], {
    cwd: projectDir,
    stdio: "inherit",
  });
  if (status !== 0) throw new SetupError("the variants do not compile; see above");
  // The catalogue, of which writes take their items, begins with those of the vectors.
  cpSync(join(projectDir, VECTORS), join(projectDir, "bench/dist", VECTORS));
}
