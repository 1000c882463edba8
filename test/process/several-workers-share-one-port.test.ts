// `--workers N` or WORKERS: so many processes behind one port, each of which answers. One that cannot start is
// said once, with its reason, and ends the whole start.

import { availableParallelism } from "node:os";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { environmentOf, failToStart, startServerProcess, type ServerProcess } from "../kit/server-process.ts";
import { askWorker, endServer, workersOf } from "../kit/workers.ts";

let api: TestApi;
let server: ServerProcess | undefined;
beforeAll(async () => {
  // Only for its database and keys: the servers under test are processes of their own.
  api = await startApi();
});
afterEach(() => endServer(server));
afterAll(() => api.close());

it.each([
  ["WORKERS=2", { WORKERS: "2" }, []],
  ["--workers 2 before WORKERS=3", { WORKERS: "3" }, ["--workers=2"]],
])("%s: two processes, and each answers on the one port", async (_, settings, args) => {
  server = await startServerProcess({ ...environmentOf(api), ...settings }, "src/main.ts", args);
  const workers = workersOf(server);
  expect(workers).toHaveLength(2);
  for (const worker of workers) expect(await askWorker(server, worker)).toMatchObject({ status: 200 });
});

describe("a start that fails", () => {
  it.each([
    ["--workers 1.5", ["--workers", "1.5"]],
    ["--workers=", ["--workers="]],
  ])("names the setting: %s", async (_, args) => {
    const { code, stderr } = await failToStart(environmentOf(api), "src/main.ts", { args });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ +WORKERS: /m);
    expect(stderr).not.toContain("    at ");
  });

  it.each(["0", "257", "two", "1.5", "-1", ""])("names the setting: WORKERS=%s", (workers) => {
    expect(() => readConfig({ ...environmentOf(api), WORKERS: workers })).toThrow(/^ +WORKERS: /m);
  });

  it("names an argument that nobody knows", async () => {
    const { code, stderr } = await failToStart(environmentOf(api), "src/main.ts", { args: ["--worker", "2"] });
    expect(code).toBe(1);
    expect(stderr).toContain("--worker");
    expect(stderr).not.toContain("    at ");
  });

  it("says once that the port is taken, and tries no further", async () => {
    const taken = new URL(api.url).port;
    const { code, stderr } = await failToStart({ ...environmentOf(api), WORKERS: "3", PORT: taken }, "src/main.ts");
    expect(code).toBe(1);
    // Its reason, and what the primary makes of it.
    expect(stderr.trim().split("\n")).toEqual([
      expect.stringContaining("EADDRINUSE"),
      "an API process ended before it listened (exit code 1)",
    ]);
  });
});

it("starts as many as there are cores in production, and one in development", () => {
  const { config } = api;
  const environment = { ...environmentOf(api), LOG_LEVEL: "info" };
  expect(readConfig(environment).workers).toBe(1);
  const production = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replace(/^dev-/, "own-")]),
  );
  expect(readConfig({ ...production, NODE_ENV: "production" }).workers).toBe(availableParallelism());
  expect(config.workers).toBe(1);
});
