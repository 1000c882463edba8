// Who leaves next is chosen by the first who wait: nobody behind a full group is looked at, however long the queue is,
// and the choice is the one that a look at everybody would come to.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Command } from "../../src/commands/command.ts";
import { nextGroup, type Waiting } from "../../src/commands/waiting.ts";
import { limits } from "../../src/runtime/limits.ts";
import { check } from "../kit/property.ts";

const NOT_YET_MS = 3_600_000;

/** A small company and few players, so that groups fill up and commands meet. */
const commandArbitrary = fc.record({
  playerIds: fc.uniqueArray(fc.bigInt({ min: 1n, max: 12n }), { minLength: 1, maxLength: 2 }),
  itemCount: fc.constantFrom(0, 1, 99, 700, 2_500),
});

const waitingArbitrary = fc.record({
  command: commandArbitrary,
  isPausing: fc.constantFrom(false, false, false, true),
  deferrals: fc.constantFrom(0, 1, limits.commandDeferralsMax + 1),
  heldUpBy: fc.uniqueArray(fc.bigInt({ min: 1n, max: 12n }), { maxLength: 2 }),
  companyMax: fc.constantFrom(1, 2, 5, limits.groupCommandsMax),
});

const situationArbitrary = fc.record({
  queue: fc.array(waitingArbitrary, { maxLength: 60 }),
  playersOut: fc.uniqueArray(fc.bigInt({ min: 1n, max: 12n }), { maxLength: 3 }),
  mayWait: fc.boolean(),
});

it("chooses whom a look at all that wait would choose", () => {
  check(
    fc.property(situationArbitrary, ({ queue, playersOut, mayWait }) => {
      const waiting = queue.map(waitingOf);
      const situation = { playersOut: new Set(playersOut), mayWait };
      const { group, waitFor } = nextGroup(waiting, situation);
      const plain = groupByLookingAtAll(waiting, situation);
      expect(group.map((one) => waiting.indexOf(one))).toEqual(plain.group.map((one) => waiting.indexOf(one)));
      expect(waitFor).toEqual(new Set(plain.waitFor));
    }),
    1_500,
  );
});

describe("a queue of thousands is not looked at behind", () => {
  const free = (playerId: bigint, itemCount = 0) =>
    waitingOf({
      command: { playerIds: [playerId], itemCount },
      isPausing: false,
      deferrals: 0,
      heldUpBy: [],
      companyMax: limits.groupCommandsMax,
    });
  const nobodyOut = { playersOut: new Set<bigint>(), mayWait: true };

  it("a group of as many commands as there may be", () => {
    const first = Array.from({ length: limits.groupCommandsMax }, (_, place) => free(BigInt(place + 1)));
    expect(nextGroup([...first, untouchable()], nobodyOut).group).toEqual(first);
  });

  it("a group of as many lines as there may be", () => {
    const first = free(1n, limits.groupLinesMax);
    expect(nextGroup([first, untouchable()], nobodyOut).group).toEqual([first]);
  });

  it("a command that travels alone", () => {
    const first = { ...free(1n), companyMax: 1 };
    expect(nextGroup([first, untouchable()], nobodyOut).group).toEqual([first]);
  });
});

function waitingOf({
  command: { playerIds, itemCount },
  isPausing,
  ...waiting
}: Omit<Waiting, "command" | "readySinceMs"> & {
  readonly command: { readonly playerIds: readonly bigint[]; readonly itemCount: number };
  readonly isPausing: boolean;
}): Waiting {
  const itemIds = Array.from({ length: itemCount }, (_, place) => BigInt(place + 1));
  // What else a command has says nothing about who it leaves with.
  const command = { playerIds, itemIds } as unknown as Command;
  return { ...waiting, command, readySinceMs: performance.now() + (isPausing ? NOT_YET_MS : 0) };
}

/** Fails whoever looks at it. */
function untouchable(): Waiting {
  return new Proxy({} as Waiting, {
    get: (_, name) => {
      throw new Error(`looked at ${String(name)} of one behind a full group`);
    },
  });
}

/** The rules in the order of the words in waiting.ts, over the whole queue, with sets built anew for each command. */
function groupByLookingAtAll(
  queue: readonly Waiting[],
  { playersOut, mayWait }: { readonly playersOut: ReadonlySet<bigint>; readonly mayWait: boolean },
): { group: Waiting[]; waitFor: readonly bigint[] } {
  const group: Waiting[] = [];
  const passedOver: Waiting[] = [];
  let waitFor: readonly bigint[] = [];
  const linesOf = ({ command }: Waiting) => command.playerIds.length * (command.itemIds.length + 1);
  for (const waiting of queue) {
    const { playerIds } = waiting.command;
    const company = [...group, waiting];
    const hasRoom =
      company.length <= Math.min(limits.groupCommandsMax, ...company.map(({ companyMax }) => companyMax)) &&
      (company.length === 1 || company.reduce((sum, one) => sum + linesOf(one), 0) <= limits.groupLinesMax);
    const isBehind = passedOver.some(
      ({ command, heldUpBy }) =>
        command.playerIds[0] === playerIds[0] || heldUpBy.some((playerId) => playerIds.includes(playerId)),
    );
    const meetsOthers = playerIds.some((playerId) => playersOut.has(playerId));
    const isOfTheKind = waitFor.length === 0 || playerIds.every((playerId) => waitFor.includes(playerId));
    if (waiting.readySinceMs > performance.now() || !hasRoom || isBehind || meetsOthers || !isOfTheKind) {
      passedOver.push(waiting);
      continue;
    }
    if (group.length === 0 && mayWait && waiting.deferrals > limits.commandDeferralsMax) waitFor = waiting.heldUpBy;
    group.push(waiting);
  }
  return { group, waitFor };
}
