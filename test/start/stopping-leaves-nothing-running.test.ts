// The ways in which a start ends: at the hands of a person, of npm or of its own worker. (By Ctrl-C:
// two-data-directories-run-side-by-side.test.ts.) One data directory for all: each start also shows that the one before
// left nothing that hinders it.
import { beforeAll, describe, expect, it } from "vitest";
import { allGone, freePort, processesOf, runNpm, runScript, temporaryDataDir } from "../kit/command.ts";

/** Only against hanging. */
const TIMEOUT = { timeout: 120_000 };
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

  it("the end of the worker, which was ready beside the API, stops everything and exits with 1", TIMEOUT, async () => {
    const workerPort = await freePort(temporaryDataDir());
    const environment = { DATA_DIR: dataDir, PORT: String(port), WORKER_PORT: String(workerPort) };
    const start = runScript(["start"], environment);
    await start.said(/Ctrl-C stops everything/);
    const [ready, metrics] = await Promise.all(
      ["readyz", "metrics"].map((path) => fetch(`http://localhost:${workerPort}/${path}`)),
    );
    expect(ready!.status).toBe(200);
    expect(await metrics!.text()).toContain("satchel_purged_rows_total");
    expect((await fetch(`http://localhost:${port}/readyz`)).status).toBe(200);

    const workers = processesOf(dataDir).filter(({ commandLine }) => commandLine.includes("src/worker.ts"));
    expect(workers).toHaveLength(1);
    process.kill(workers[0]!.pid, "SIGKILL");

    expect(await start.ended).toBe(1);
    expect(start.output()).toContain("The worker ended by itself (SIGKILL)");
    await allGone(dataDir);
  });

  it("kill -9 of npm stops everything too", TIMEOUT, async () => {
    const npm = runNpm(["start"], { DATA_DIR: dataDir, PORT: String(port) });
    await npm.said(/Ctrl-C stops everything/);

    npm.signal("SIGKILL", "process");

    await allGone(dataDir);
  });
});
