// A MariaDB and two Redis of one test file's own, whose MariaDB may be killed, started again and frozen: the servers
// that all test files share must live.

import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { migrate } from "../../../scripts/migrate.ts";
import { pidsWithArgument } from "../../../scripts/stack/process-table.ts";
import { openStack, type Stack } from "../../../scripts/stack/stack.ts";
import { temporaryDataDir } from "../../kit/command.ts";
import { until } from "../../kit/until.ts";
import type { WorldPlace } from "./world.ts";

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
  ports(): string;
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
  const signal = (name: NodeJS.Signals): void => {
    for (const pid of pidsWithArgument((argument) => argument === marker)) process.kill(pid, name);
  };
  return {
    place: { ...urls, adminUrl: adminDatabaseUrl! },
    async kill() {
      signal("SIGKILL");
      await until(
        () => pidsWithArgument((argument) => argument === marker).length === 0,
        () => "the killed server is still there",
      );
    },
    start: async () => void (await open()),
    freeze: () => signal("SIGSTOP"),
    thaw: () => signal("SIGCONT"),
    ports: () => readFileSync(join(dataDir, "stack", "ports.json"), "utf8") + readFileSync(join(dataDir, "stack", "logs", "mariadb.log"), "utf8").split("\n").slice(-25).join("\n"),
    async close() {
      signal("SIGCONT");
      for (const stack of holds) await stack.leave();
    },
  };
}
