// The servers belong to a data directory and not to who has started them: those of a start that was killed are found by
// the next, and a seed beside a start uses the same. One data directory for both, which begins with a killed start.
import { beforeAll, expect, it } from "vitest";
import {
  allGone,
  type Command,
  freePort,
  processesOf,
  runScript,
  startSatchel,
  temporaryDataDir,
} from "../kit/command.ts";
import { until } from "../kit/until.ts";

/** Only against hanging. */
const TIMEOUT = { timeout: 120_000 };
const dataDir = temporaryDataDir();
let port = 0;
let start: Command;
beforeAll(async () => {
  port = await freePort(dataDir);
});

// kill -9 cannot be caught: the API goes by itself, the servers stay.
it("kill -9 of npm start leaves servers that the next start takes over", TIMEOUT, async () => {
  const killed = await startSatchel(dataDir, port);
  const servers = serverPids();
  expect(servers).toHaveLength(3);

  killed.signal("SIGKILL", "process");
  await until(
    () => processesOf(dataDir).length === 3,
    () => "the API outlives the process that started it",
  );

  start = await startSatchel(dataDir, port);
  expect(serverPids()).toEqual(servers);
});

it("npm run seed beside it uses the same servers, and whoever leaves last stops them", TIMEOUT, async () => {
  const short = runScript(["seed", "--players", "1100"], { DATA_DIR: dataDir });
  expect([await short.ended, short.output()]).toEqual([0, expect.anything()]);
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);

  const long = runScript(["seed", "--players", "6000"], { DATA_DIR: dataDir });
  await long.said(/seeding players/);
  start.signal("SIGINT", "group");
  expect(await start.ended).toBe(0);
  expect(processesOf(dataDir).length).toBeGreaterThanOrEqual(4);
  expect([await long.ended, long.output()]).toEqual([0, expect.anything()]);
  await allGone(dataDir);
});

function serverPids(): number[] {
  return processesOf(dataDir)
    .filter(({ commandLine }) => /mariadbd|redis-server/.test(commandLine))
    .map(({ pid }) => pid)
    .toSorted((a, b) => a - b);
}
