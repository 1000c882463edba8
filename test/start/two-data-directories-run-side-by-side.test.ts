// Two clones on one machine, started at the same moment.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { allGone, freePort, processesOf, startSatchel, temporaryDataDir } from "../kit/command.ts";

describe("two clones", () => {
  it(
    "start side by side on ports of their own, and Ctrl-C stops the one and not the other",
    { timeout: 180_000 },
    async () => {
      const dataDirs = [temporaryDataDir(), temporaryDataDir()] as const;
      const ports = [await freePort(dataDirs[0]), await freePort(dataDirs[1])] as const;
      const starting = [startSatchel(dataDirs[0], ports[0]), startSatchel(dataDirs[1], ports[1])] as const;
      const [first, second] = await Promise.all(starting);

      const serverPorts = dataDirs.flatMap((dataDir) => Object.values(portsOf(dataDir)));
      expect(new Set([...serverPorts, ...ports]).size).toBe(8);
      expect(Math.max(...serverPorts)).toBeLessThan(32_768);

      // Ctrl-C reaches the whole group, and npm passes it on once more.
      expect(processesOf(dataDirs[0]).length).toBeGreaterThanOrEqual(5);
      first.signal("SIGINT", "group");
      first.signal("SIGINT", "process");
      expect(await first.ended).toBe(0);
      await allGone(dataDirs[0]);
      expect((await fetch(`http://127.0.0.1:${ports[1]}/readyz`)).status).toBe(200);
      second.signal("SIGINT", "group");
      expect(await second.ended).toBe(0);
      await allGone(dataDirs[1]);
    },
  );
});

function portsOf(dataDir: string): Record<string, number> {
  return JSON.parse(readFileSync(join(dataDir, "stack", "ports.json"), "utf8")) as Record<string, number>;
}
