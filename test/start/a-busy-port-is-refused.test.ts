// Before anything is installed, started or written: somebody else has the port.
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listenAddressFrom } from "../../scripts/start/listen-address.ts";
import { freePort, runScript, temporaryDataDir } from "../kit/command.ts";

describe("npm start on a busy port", () => {
  it("says who has it and what to do, starts nothing and exits with 1", async () => {
    const dataDir = temporaryDataDir();
    const port = await freePort(dataDir);
    const holder = createServer().listen({ host: "127.0.0.1", port });

    const start = runScript(["start"], { DATA_DIR: dataDir, PORT: String(port) });

    expect(await start.ended).toBe(1);
    expect(start.output()).toContain(`Port ${port} is already in use by`);
    expect(start.output()).toContain(`(pid ${process.pid})`);
    expect(start.output()).toContain(`PORT=${port + 1} npm start`);
    expect(start.output()).not.toContain("    at ");
    expect(existsSync(join(dataDir, "stack"))).toBe(false);
    holder.close();
  });

  it.each(["0", "65536", "http", "-1", "4000.5"])("refuses PORT=%s as no port", (text) => {
    expect(() => listenAddressFrom({ PORT: text })).toThrow(`PORT must be a number from 1 to 65535, got "${text}"`);
  });
});
