// `npm run test:mysql [-- vitest arguments]`: the same suite against real MySQL instead of MariaDB. Optional: where
// MySQL cannot be had it says so in one line and is content.
import { ensureMysql } from "./stack/mysql-packages.ts";
import { runSuite } from "./test.ts";

/** The command. Resolves to the exit code, 0 when skipped. */
export async function main(args: readonly string[]): Promise<number> {
  const reason = await ensureMysql((line) => console.error(line));
  if (reason === undefined) return runSuite({ args, flavour: "mysql" });
  console.log(`skipped: ${reason}`);
  return 0;
}
