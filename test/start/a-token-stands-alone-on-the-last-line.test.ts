// `TOKEN=$(npm run -s token -- 7 | tail -1)` must work, also in a clone that was never started.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseTokenRequest } from "../../scripts/token.ts";
import { runNpm, runScript, temporaryDataDir } from "../kit/command.ts";

describe("npm run token", () => {
  it("prints a token for a player, alone on the last line", async () => {
    const token = runNpm(["run", "token", "--", "7"], { DATA_DIR: temporaryDataDir() });
    expect(await token.ended).toBe(0);
    const claims = claimsOf(lastLine(token.output()));
    expect(claims).toMatchObject({ sub: "7", role: "player" });
    expect(Number(claims["exp"]) - Number(claims["iat"])).toBe(30 * 24 * 3_600);
  });

  it("takes a role and a lifetime", async () => {
    const token = runScript(["token", "7", "--role", "admin", "--ttl", "15m"], { DATA_DIR: temporaryDataDir() });
    expect(await token.ended).toBe(0);
    const claims = claimsOf(lastLine(token.output()));
    expect(claims).toMatchObject({ role: "admin" });
    expect(Number(claims["exp"]) - Number(claims["iat"])).toBe(900);
  });

  it.each([
    [[], "expected a player's number"],
    [["0"], "expected a player's number"],
    [["-1"], "Unknown option"],
    [["1 OR 1"], "expected a player's number"],
    [["99999999999999999999"], "expected a player's number"],
    [["1", "2"], "expected one player's number"],
    [["1", "--role", "root"], "--role must be player, service or admin"],
    [["1", "--ttl", "0d"], "--ttl must be"],
    [["1", "--ttl", "367d"], "--ttl must be"],
  ])("refuses %j", (args, reason) => {
    expect(() => parseTokenRequest(args)).toThrow(reason);
  });

  it("says how it is used instead of showing a stack", async () => {
    const token = runScript(["token"], { DATA_DIR: temporaryDataDir() });
    expect(await token.ended).toBe(1);
    expect(token.output()).toMatch(/^Usage: npm run token/m);
    expect(token.output()).not.toContain("    at ");
  });

  it("makes the keys once, readable by their owner alone, also when asked twice at the same time", async () => {
    const dataDir = temporaryDataDir();
    const tokens = Array.from({ length: 4 }, () => runScript(["token", "1"], { DATA_DIR: dataDir }));
    await Promise.all(tokens.map(({ ended }) => ended));
    const keyIds = tokens.map((token) => headerOf(lastLine(token.output()))["kid"]);
    expect(new Set(keyIds).size).toBe(1);
    expect(keyIds[0]).toMatch(/^dev-[0-9a-f]{8}$/);
    const folder = join(dataDir, "secrets");
    for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o077).toBe(0);
  });
});

function lastLine(output: string): string {
  return output.trimEnd().split("\n").at(-1) ?? "";
}

function headerOf(token: string): Record<string, unknown> {
  return part(token, 0);
}

function claimsOf(token: string): Record<string, unknown> {
  return part(token, 1);
}

function part(token: string, index: number): Record<string, unknown> {
  const text = Buffer.from(token.split(".")[index] ?? "", "base64url").toString("utf8");
  return JSON.parse(text) as Record<string, unknown>;
}
