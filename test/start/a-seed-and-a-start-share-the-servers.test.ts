// Whoever comes first starts the servers, whoever leaves last stops them, in either order.
import { describe, expect, it } from "vitest";
import { allGone, freePort, processesOf, runScript, startSatchel, temporaryDataDir } from "../kit/command.ts";

describe("npm run seed beside npm start", () => {
  it("uses the same servers and leaves them to whoever is still there", { timeout: 60_000 }, async () => {
    const dataDir = temporaryDataDir();
    const port = await freePort(dataDir);
    const start = await startSatchel(dataDir, port);

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
});
