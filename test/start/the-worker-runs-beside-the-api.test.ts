// `npm start` runs the worker too, on a port of its own, and does not go on without it.
import { expect, it } from "vitest";
import { allGone, freePort, processesOf, runScript, temporaryDataDir } from "../kit/command.ts";

it("is ready when the start is, and its end is the end of the start", { timeout: 60_000 }, async () => {
  const dataDir = temporaryDataDir();
  const [port, workerPort] = [await freePort(dataDir), await freePort(temporaryDataDir())];
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
