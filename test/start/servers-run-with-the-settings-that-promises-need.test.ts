// What a kill -9 cannot show: a write that was acknowledged and not on disk. So the live settings are read, and
// servers that run with others are refused.
import { describe, expect, it } from "vitest";
import { connectTo } from "../../scripts/migrations/connection.ts";
import { redisReplies } from "../../scripts/stack/resp.ts";
import { openStack, type Stack } from "../../scripts/stack/stack.ts";
import { allGone, temporaryDataDir } from "../kit/command.ts";

describe("opening a stack", () => {
  it("refuses a queue Redis that does not write through", async () => {
    const dataDir = temporaryDataDir();
    const stack = await open(dataDir);
    const { port, password } = new URL(stack.urls.queueRedisUrl);
    await redisReplies({ port: Number(port), password }, [["CONFIG", "SET", "appendfsync", "everysec"]]);
    await expect(open(dataDir)).rejects.toThrow('the queue Redis runs with appendfsync "everysec"');
    await stack.leave();
    await allGone(dataDir);
  });

  it("refuses a database that does not, and starts it right the next time", async () => {
    const dataDir = temporaryDataDir();
    const stack = await open(dataDir);
    const admin = await connectTo(stack.adminDatabaseUrl ?? "");
    await admin.query("SET GLOBAL sync_binlog = 0");
    await admin.end();
    await expect(open(dataDir)).rejects.toThrow("the database runs with sync_binlog = 0");
    await stack.leave();
    const next = await open(dataDir);
    await next.leave();
    await allGone(dataDir);
  });

  it("gives the database a folder of its own for temporary tables, where no starting neighbour clears them away", async () => {
    const dataDir = temporaryDataDir();
    const stack = await open(dataDir);
    const admin = await connectTo(stack.adminDatabaseUrl ?? "");
    const [row] = await admin.query<{ folder: string }[]>("SELECT @@tmpdir AS folder");
    await admin.end();
    expect(row?.folder.startsWith(`${dataDir}/`)).toBe(true);
    await stack.leave();
  });

  it("starts nothing where all three URLs are given", async () => {
    const dataDir = temporaryDataDir();
    const environment = { DATABASE_URL: "mysql://a:b@db/x", REDIS_URL: "redis://c", QUEUE_REDIS_URL: "redis://q" };
    const stack = await openStack({ dataDir, installConsent: "no", environment });
    expect(stack.urls).toEqual({
      databaseUrl: "mysql://a:b@db/x",
      migratorDatabaseUrl: "mysql://a:b@db/x",
      redisUrl: "redis://c",
      queueRedisUrl: "redis://q",
    });
    await stack.leave();
    await allGone(dataDir);
  });
});

function open(dataDir: string): Promise<Stack> {
  return openStack({ dataDir, installConsent: "no", purpose: "test", environment: {} });
}
