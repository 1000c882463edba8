// kill -9 cannot be caught: the API goes by itself, the servers stay, and the next start finds them.
import { describe, expect, it } from "vitest";
import { allGone, freePort, processesOf, startSatchel, temporaryDataDir } from "../kit/command.ts";
import { until } from "../kit/until.ts";

describe("kill -9 of npm start", () => {
  it("leaves servers that the next start takes over and then stops", { timeout: 60_000 }, async () => {
    const dataDir = temporaryDataDir();
    const port = await freePort(dataDir);
    const killed = await startSatchel(dataDir, port);
    const servers = serverPids(dataDir);
    expect(servers).toHaveLength(3);

    killed.signal("SIGKILL", "process");
    await until(
      () => processesOf(dataDir).length === 3,
      () => "the API outlives the process that started it",
    );

    const next = await startSatchel(dataDir, port);
    expect(serverPids(dataDir)).toEqual(servers);
    next.signal("SIGINT", "group");
    expect(await next.ended).toBe(0);
    await allGone(dataDir);
  });
});

function serverPids(dataDir: string): number[] {
  return processesOf(dataDir)
    .filter(({ commandLine }) => /mariadbd|redis-server/.test(commandLine))
    .map(({ pid }) => pid)
    .toSorted((a, b) => a - b);
}
