// Two commands of one clone take turns, and one that was killed does not lock the others out.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { processMark, withLock } from "../../scripts/lock.mjs";

const PATIENCE = { waitMs: 5_000 };

describe("the lock between commands of one clone", () => {
  it("lets one in at a time", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "satchel-lock-")), "lock");
    let inside = 0;
    const turns = Array.from({ length: 5 }, () =>
      withLock(path, PATIENCE, async () => {
        inside += 1;
        await setImmediate();
        expect(inside).toBe(1);
        inside -= 1;
      }),
    );
    await Promise.all(turns);
    expect(existsSync(path)).toBe(false);
  });

  it("takes over from a process that is dead, though its pid were in use again", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "satchel-lock-")), "lock");
    writeFileSync(path, await markOfDead());
    expect(await withLock(path, PATIENCE, async () => "in")).toBe("in");
    writeFileSync(path, `${process.pid}:1`);
    expect(await withLock(path, PATIENCE, async () => "in")).toBe("in");
  });

  it("gives up on a living holder after the time given, naming it", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "satchel-lock-")), "lock");
    writeFileSync(path, processMark() ?? "");
    const waiting = withLock(path, { waitMs: 100 }, async () => "in");
    await expect(waiting).rejects.toThrow(`(pid ${process.pid})`);
    expect(existsSync(path)).toBe(true);
  });
});

async function markOfDead(): Promise<string> {
  const child = spawn(process.execPath, ["--eval", "process.stdin.resume()"], { stdio: "pipe" });
  const mark = processMark(child.pid) ?? "";
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("exit", resolve));
  return mark;
}
