// `npm run build`: compiles src/ to dist/ for production, where TypeScript is not there to run it.
// run.mjs has made the generated code current before this begins.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "./clone.ts";

/** The command. Resolves to the compiler's exit code. */
export async function main(): Promise<number> {
  // From nothing: a file that was removed from src/ must not live on in dist/.
  rmSync(join(projectDir, "dist"), { recursive: true, force: true });
  const tsc = join(projectDir, "node_modules", "typescript", "bin", "tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], {
    cwd: projectDir,
    stdio: "inherit",
  });
  return status ?? 1;
}
