// The ways in which a start ends at the hands of a person or of npm. One data directory for all: each start
// also shows that the one before left nothing that hinders it.
import { beforeAll, describe, expect, it } from "vitest";
import { allGone, freePort, processesOf, runNpm, startSatchel, temporaryDataDir } from "../kit/command.ts";

const TIMEOUT = { timeout: 30_000 };
const dataDir = temporaryDataDir();
let port = 0;

beforeAll(async () => {
  port = await freePort(dataDir);
});

describe("after npm start", () => {
  it("SIGTERM in the midst of the first start stops everything", TIMEOUT, async () => {
    const npm = runNpm(["start"], { DATA_DIR: dataDir, PORT: String(port) });
    await npm.said(/applying migration/);

    npm.signal("SIGTERM", "process");

    await npm.ended;
    await allGone(dataDir);
  });

  it("Ctrl-C, sent to the whole group and once more by npm, stops everything and exits with 0", TIMEOUT, async () => {
    const start = await startSatchel(dataDir, port);
    expect(processesOf(dataDir).length).toBeGreaterThanOrEqual(5);

    start.signal("SIGINT", "group");
    start.signal("SIGINT", "process");

    expect(await start.ended).toBe(0);
    await allGone(dataDir);
  });

  it("kill -9 of npm stops everything too", TIMEOUT, async () => {
    const npm = runNpm(["start"], { DATA_DIR: dataDir, PORT: String(port) });
    await npm.said(/Ctrl-C stops everything/);

    npm.signal("SIGKILL", "process");

    await allGone(dataDir);
  });
});
