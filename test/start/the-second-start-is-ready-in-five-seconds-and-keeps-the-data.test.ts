// A newcomer's first minute: start, ask, stop, start again.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { allGone, freePort, startSatchel, temporaryDataDir } from "../kit/command.ts";

const SECOND_START_MS_MAX = 5_000;

describe("npm start, twice", () => {
  it("answers the printed curl line, and the second time sooner and with the same data", { timeout: 60_000 }, async () => {
    const dataDir = temporaryDataDir();
    const port = await freePort(dataDir);

    const first = await startSatchel(dataDir, port);
    const before = await pasted(first.output());
    expect(before.viewer.displayName).not.toBe("");
    expect(before.viewer.state.nodes.length).toBeGreaterThan(0);
    first.signal("SIGTERM", "process");
    expect(await first.ended).toBe(0);
    await allGone(dataDir);

    const startedAt = performance.now();
    const second = await startSatchel(dataDir, port);
    expect(performance.now() - startedAt).toBeLessThan(SECOND_START_MS_MAX);
    expect(second.output()).not.toMatch(/seed|migration/i);
    expect(await pasted(second.output())).toEqual(before);
    // A token handed out before the restart is still good: the keys are kept.
    expect(await pasted(first.output())).toEqual(before);

    second.signal("SIGTERM", "process");
    expect(await second.ended).toBe(0);
  });
});

interface PrintedAnswer {
  readonly viewer: { readonly displayName: string; readonly state: { readonly nodes: readonly unknown[] } };
}

/** What the printed line answers in a shell. */
async function pasted(output: string): Promise<PrintedAnswer> {
  const line = /^curl .*$/m.exec(output)?.[0] ?? "";
  const { stdout } = await promisify(execFile)("sh", ["-c", line]);
  return (JSON.parse(stdout) as { data: PrintedAnswer }).data;
}
