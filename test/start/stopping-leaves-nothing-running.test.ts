// The two ways in which a start ends at the hands of a person or of npm.
import { describe, expect, it } from "vitest";
import { allGone, freePort, processesOf, runNpm, startSatchel, temporaryDataDir } from "../kit/command.ts";

describe("after npm start", () => {
  it("Ctrl-C, sent to the whole group and once more by npm, stops everything and exits with 0", { timeout: 30_000 }, async () => {
    const dataDir = temporaryDataDir();
    const start = await startSatchel(dataDir, await freePort(dataDir));
    expect(processesOf(dataDir).length).toBeGreaterThanOrEqual(5);

    start.signal("SIGINT", "group");
    start.signal("SIGINT", "process");

    expect(await start.ended).toBe(0);
    await allGone(dataDir);
  });

  it("kill -9 of npm stops everything too", { timeout: 30_000 }, async () => {
    const dataDir = temporaryDataDir();
    const environment = { DATA_DIR: dataDir, PORT: String(await freePort(dataDir)) };
    const npm = runNpm(["start"], environment);
    await npm.said(/Ctrl-C stops everything/);

    npm.signal("SIGKILL", "process");

    await allGone(dataDir);
  });

  it("SIGTERM in the midst of the first start leaves nothing either", { timeout: 30_000 }, async () => {
    const dataDir = temporaryDataDir();
    const npm = runNpm(["start"], { DATA_DIR: dataDir, PORT: String(await freePort(dataDir)) });
    await npm.said(/applying migration/);

    npm.signal("SIGTERM", "process");

    await npm.ended;
    await allGone(dataDir);
  });
});
