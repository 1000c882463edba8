// What a kill -9 cannot show: a write that was acknowledged and not on disk. So the live settings are read.
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
