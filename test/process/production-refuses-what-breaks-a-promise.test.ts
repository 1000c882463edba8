// The built server and worker in production: they start with secrets of their own on a database that keeps our
// promises, and otherwise say what is wrong, without a stack and without repeating a secret.

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";
import { registeredOperations } from "../../src/operations/registry.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { environmentOf, failToStart, startServerProcess } from "../kit/server-process.ts";

const BUILT = "dist/main.js";
const BUILT_WORKER = "dist/worker.js";
const SECRETS = ["JWT_KEYS", "CURSOR_KEYS", "IDEMPOTENCY_KEYS"];
/** Only against hanging. */
const EXIT_MS_MAX = 20_000;

let api: TestApi;
let production: Record<string, string>;
beforeAll(async () => {
  execFileSync(process.execPath, ["scripts/run.mjs", "build"], { stdio: "ignore" });
  api = await startApi();
  production = {
    ...environmentOf(api),
    NODE_ENV: "production",
    JWT_KEYS: `2026-11:${secret()}`,
    CURSOR_KEYS: `2026-11:${secret()}`,
    IDEMPOTENCY_KEYS: `2026-11:${secret()}`,
  };
}, 120_000);
afterAll(() => api.close());

it("starts with its own secrets, runs registered operations alone and shows no GraphiQL", async () => {
  const { child, port } = await startServerProcess(production, BUILT);
  const { id } = registeredOperations.find(({ name }) => name === "Catalogue")!;
  const answer = await fetch(`http://127.0.0.1:${port}/graphql/${id}?variables={"first":1}`);
  expect(await answer.json()).toMatchObject({ data: { items: { nodes: [{ displayName: "western tanager" }] } } });
  const adHoc = await fetch(`http://127.0.0.1:${port}/graphql?query={__typename}`);
  expect(adHoc.status).toBe(400);
  expect(await adHoc.json()).toMatchObject({ errors: [{ extensions: { code: "OPERATION_NOT_REGISTERED" } }] });
  const page = await fetch(`http://127.0.0.1:${port}/graphql`, { headers: { Accept: "text/html" } });
  expect(await page.text()).not.toContain("<html");
  child.kill("SIGTERM");
  expect(await once(child, "exit", { signal: AbortSignal.timeout(EXIT_MS_MAX) })).toEqual([0, null]);
});

it.each(SECRETS)("refuses a development key in %s", (name) => {
  const secretText = secret();
  const wrong = { ...production, [name]: `dev-1a2b3c4d:${secretText}` };
  expect(() => readConfig(wrong)).toThrow(`${name}: dev-1a2b3c4d is a development key`);
  expect(() => readConfig(wrong)).not.toThrow(secretText);
});

it.each([...SECRETS, "DATABASE_URL", "REDIS_URL"])("refuses to start without %s", (name) => {
  const { [name]: _, ...without } = production;
  expect(() => readConfig(without)).toThrow(name);
});

it.each([BUILT, BUILT_WORKER])("names every development key at once: %s", async (program) => {
  const secretText = secret();
  const keys = Object.fromEntries(SECRETS.map((name, place) => [name, `dev-${place}:${secretText}`]));
  const { code, stderr } = await failToStart({ ...production, ...keys }, program);
  expect(code).toBe(1);
  for (const [place, name] of SECRETS.entries()) {
    expect(stderr).toContain(`${name}: dev-${place} is a development key`);
  }
  expect(stderr).not.toContain(secretText);
});

it.each([BUILT, BUILT_WORKER])("names every wrong setting at once: %s", async (program) => {
  const wrong = {
    PORT: "x",
    WORKER_PORT: "65536",
    LOG_LEVEL: "loud",
    PLAYER_MAY_SPEND: "perhaps",
    COLLECT_REACH_METERS: "-1",
    JWT_KEYS: "a:short",
  };
  const { REDIS_URL: _, CURSOR_KEYS: __, ...without } = production;
  const { code, stderr } = await failToStart({ ...without, ...wrong }, program);
  expect(code).toBe(1);
  for (const name of [...Object.keys(wrong), "REDIS_URL", "CURSOR_KEYS"])
    expect(stderr).toMatch(new RegExp(`^ +${name}: `, "m"));
  expect(stderr).not.toContain("short,");
  expect(stderr).not.toContain("    at ");
});

it("starts the worker with its own secrets", async () => {
  const { child, port } = await startServerProcess({ ...production, WORKER_PORT: "0" }, BUILT_WORKER);
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
  child.kill("SIGTERM");
  expect(await once(child, "exit", { signal: AbortSignal.timeout(EXIT_MS_MAX) })).toEqual([0, null]);
});

it("refuses a database whose settings break a promise", async () => {
  await api.database.query(`ALTER DATABASE ${api.database.name} CHARACTER SET latin1`);
  const { code, stderr } = await failToStart(production, BUILT);
  await api.database.query(`ALTER DATABASE ${api.database.name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  expect(code).toBe(1);
  expect(stderr).toContain("character_set_database is latin1");
  expect(stderr).not.toContain("    at ");
});

it("says that the port is taken", async () => {
  const taken = new URL(api.url).port;
  const { code, stderr } = await failToStart({ ...production, PORT: taken }, BUILT);
  expect(code).toBe(1);
  expect(stderr).toContain("EADDRINUSE");
});

function secret(): string {
  return randomBytes(32).toString("base64url");
}
