// One trial: a load over servers, whatever goes wrong meanwhile, the drain, and the judgement of checker and verifier.

import { expect } from "vitest";
import { check } from "./checker.ts";
import type { Server } from "./client.ts";
import type { History } from "./history.ts";
import { startLoad, type LoadOptions } from "./load.ts";
import type { Violation } from "./violation.ts";
import type { World } from "./world.ts";

/** What a load came to, once it was judged. */
export interface Verdict {
  readonly history: History;
  readonly violations: readonly Violation[];
  /** What `npm run verify` would print. */
  readonly mismatches: readonly string[];
}

/** Runs `meanwhile` under load and judges what is left when all is quiet. */
export async function tryOut(options: LoadOptions, meanwhile: (history: History) => Promise<void>): Promise<Verdict> {
  const { world, servers } = options;
  const initial = await world.rows();
  const load = startLoad(options);
  try {
    await meanwhile(load.history);
  } finally {
    await load.stop();
  }
  return judge(world, servers, load.history, initial);
}

/** Waits for quiet and judges a history that began when the rows were `initial`. */
export async function judge(
  world: World,
  servers: readonly Server[],
  history: History,
  initial: Awaited<ReturnType<World["rows"]>>,
): Promise<Verdict> {
  await world.quiet(servers);
  const final = await world.rows();
  const { recipes, markers } = world;
  return {
    history,
    violations: check({ entries: history.entries, initial, final, recipes, markers }),
    mismatches: await world.mismatches(),
  };
}

/** Nothing is wrong. */
export function expectSound({ violations, mismatches }: Verdict): void {
  expect(violations.map(({ law, sentence }) => `${law}: ${sentence}`)).toEqual([]);
  expect(mismatches).toEqual([]);
}

/** Nothing is wrong, and the load was one: it did things and was refused things. */
export function expectSoundUnderLoad(verdict: Verdict): void {
  expectSound(verdict);
  const { ok, refused } = verdict.history.count();
  expect(Math.min(ok, refused)).toBeGreaterThan(0);
}
