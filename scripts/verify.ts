// `npm run verify`: whether ledger, balances, versions, transfers and item locations agree, over the whole
// database, also beside a running server. The last line is the result; the exit code is 1 when they do not.
import { SetupError } from "./setup-error.ts";
import { createProgressBar } from "./progress-bar.ts";
import { verifyLedger } from "./verify/verify-ledger.ts";
import { withDatabase } from "./with-database.ts";

/** The command. Resolves to the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  if (args.length > 0) throw new SetupError(`npm run verify takes no arguments, got: ${args.join(" ")}`);
  return withDatabase(async ({ migratorDatabaseUrl }) => {
    let bar: ReturnType<typeof createProgressBar> | undefined;
    const { entryCount, mismatchCount } = await verifyLedger({
      databaseUrl: migratorDatabaseUrl,
      onMismatch: (line) => console.log(line),
      onAdvance: (done, total) => (bar ??= createProgressBar("players", total)).advance(done),
    });
    bar?.end();
    console.log(`${mismatchCount} mismatches in ${entryCount} entries`);
    return mismatchCount === 0 ? 0 : 1;
  });
}
