// What stands is told in the order in which it was asked for, of questions that share tags as of those that do not, also
// where one tag is known by two objects; and a reply without a tag, though it was just made, is no reading: nobody waits
// for ever, and nothing ends the process.

import { setTimeout as delay } from "node:timers/promises";
import { expect, it, vi } from "vitest";
import { createGenerationReader, type Generations } from "../../src/cache/generations.ts";
import type { CacheRedis, RedisClient } from "../../src/cache/redis.ts";
import { limits } from "../../src/runtime/limits.ts";

const EPOCH = "epoch";

/** A reader whose replies are written here: no Redis can be made to give all of them. */
function readerOf(valueOf: (key: string) => string | null) {
  const onFailure = vi.fn<(error: unknown) => void>();
  const commands: string[][] = [];
  const replyTo = (tags: readonly string[]) => [EPOCH, null, ...tags.map(valueOf)];
  const client = {
    sendCommand: async ([, , , ...keys]: string[]) => {
      commands.push(keys);
      return replyTo(keys);
    },
    readTags: async (names: readonly string[]) => replyTo(names),
  };
  const redis: Pick<CacheRedis, "run" | "keyOf" | "giveUp"> = {
    run: (_, command) => command(client as unknown as RedisClient),
    keyOf: (key) => key,
    giveUp: () => undefined,
  };
  const epoch = { isTrusted: () => true, distrust: () => undefined, create: () => undefined, stop: () => undefined };
  const reader = createGenerationReader({ redis: redis as CacheRedis, epoch, onFailure });
  const read = (names: readonly string[], of = reader.tagsOf(names)) =>
    new Promise<Generations | null>((tell) => reader.read(of, tell));
  return { reader, read, commands, onFailure };
}

it("tells each question of its own tags, and asks for a tag once", async () => {
  const { read, commands } = readerOf((key) => `g of ${key.split(":").at(-1)}`);
  const told = await Promise.all([["a", "b"], ["b"], ["c", "a"], []].map((names) => read(names)));
  expect(told.map((standing) => standing!.values)).toEqual([
    [EPOCH, "g of a", "g of b"],
    [EPOCH, "g of b"],
    [EPOCH, "g of c", "g of a"],
    [EPOCH],
  ]);
  expect(commands.map((keys) => keys.length)).toEqual([3]);
});

it("tells the same of a tag that is known twice, since too many are known", async () => {
  const { tagsKnownMax } = limits;
  Object.assign(limits, { tagsKnownMax: 1 });
  const { reader, read, commands } = readerOf((key) => `g of ${key.split(":").at(-1)}`);
  Object.assign(limits, { tagsKnownMax });
  const [first] = reader.tagsOf(["a"]);
  reader.tagsOf(["b"]);
  const [second] = reader.tagsOf(["a"]);
  expect(second).not.toBe(first);
  const told = await Promise.all([read([], [first!]), read([], [second!])]);
  expect(told.map((standing) => standing!.values)).toEqual([
    [EPOCH, "g of a"],
    [EPOCH, "g of a"],
  ]);
  expect(commands.map((keys) => keys.length)).toEqual([2]);
});

it("takes a reply that lacks a tag for none", async () => {
  const { read, onFailure } = readerOf((key) => (key.endsWith("lost") ? null : "g"));
  expect(await Promise.all([read(["a"]), read(["a", "lost"])])).toEqual([null, null]);
  expect(onFailure).toHaveBeenCalledOnce();
  await delay(limits.cachePauseMs + 10);
  expect((await read(["a"]))!.values).toEqual([EPOCH, "g"]);
});
