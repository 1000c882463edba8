// A MariaDB and two Redis of one test file's own, whose MariaDB may be killed, started again and frozen: the servers
// that all test files share must live.

import { realpathSync } from "node:fs";
import { join } from "node:path";
import { migrate } from "../../../scripts/migrate.ts";
import { isPortFree } from "../../../scripts/stack/ports.ts";
import { pidsWithArgument } from "../../../scripts/stack/process-table.ts";
import { openStack, type Stack } from "../../../scripts/stack/stack.ts";
import { temporaryDataDir } from "../../kit/command.ts";
import { until } from "../../kit/until.ts";
import type { WorldPlace } from "./world.ts";

const HOST = "127.0.0.1";

export interface MysqlProcess {
  /** A migrated, empty database on it. */
  readonly place: WorldPlace;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again where it was; resolves when it answers. */
  start(): Promise<void>;
  /** SIGSTOP. */
  freeze(): void;
  /** SIGCONT. */
  thaw(): void;
  /** Ends all three servers. */
  close(): Promise<void>;
}

export async function startMysqlProcess(): Promise<MysqlProcess> {
  const dataDir = temporaryDataDir();
  // `npm run test:mysql` is the one whose URLs say so.
  const isMysql = (process.env["SATCHEL_TEST_ADMIN_DATABASE_URL"] ?? "").includes("allowPublicKeyRetrieval");
  const flavour = isMysql ? "mysql" : "mariadb";
  const holds: Stack[] = [];
  const open = async (): Promise<Stack> => {
    const stack = await openStack({ dataDir, installConsent: "no", flavour, purpose: "test", environment: {} });
    holds.push(stack);
    return stack;
  };
  const { urls, adminDatabaseUrl } = await open();
  await migrate(urls);
  const marker = `--datadir=${join(realpathSync(dataDir), "stack", flavour)}`;
  const port = Number(new URL(urls.databaseUrl).port);
  const signal = (name: NodeJS.Signals): void => {
    for (const pid of pidsWithArgument((argument) => argument === marker)) process.kill(pid, name);
  };
  return {
    place: { ...urls, adminUrl: adminDatabaseUrl! },
    async kill() {
      signal("SIGKILL");
      // A process that is gone may hold its port for a moment more, and would be started again on another.
      await until(
        async () => pidsWithArgument((argument) => argument === marker).length === 0 && (await isPortFree(HOST, port)),
        () => "the killed server is still there",
      );
    },
    start: async () => void (await open()),
    freeze: () => signal("SIGSTOP"),
    thaw: () => signal("SIGCONT"),
    async close() {
      signal("SIGCONT");
      for (const stack of holds) await stack.leave();
    },
  };
}
