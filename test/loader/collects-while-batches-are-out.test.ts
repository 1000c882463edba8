// Natural batching by itself, with the database played by promises that the test settles: what goes
// out when, who shares a batch with whom, and what happens to the others when one fails.

import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import { expect, it, vi, onTestFinished } from "vitest";
import { DatabaseUnavailableError, StatementTimeoutError } from "../../src/database/database-error.ts";
import { codeOf } from "../../src/errors.ts";
import { createBatchLoader, type BatchLoader } from "../../src/loaders/batch-loader.ts";
import { createMemo } from "../../src/loaders/memo.ts";
import { Cancellation } from "../../src/runtime/cancellation.ts";
import { limits } from "../../src/runtime/limits.ts";
import { createMetrics } from "../../src/runtime/metrics.ts";
import { until } from "../kit/until.ts";

interface SentBatch {
  readonly keys: readonly number[];
  answer(): void;
  fail(error: Error): void;
}

/** A loader whose batches stay out until the test answers them; an answer is ten times the key. */
function loaderWithOpenBatches(options: { batchKeysMax?: number } = {}): {
  loader: BatchLoader<number, number>;
  sent: SentBatch[];
} {
  const sent: SentBatch[] = [];
  const loader = createBatchLoader<number, number>({
    name: "tens",
    keyText: String,
    batch: (keys) =>
      new Promise((resolve, reject) => {
        sent.push({ keys, answer: () => resolve(keys.map((key) => key * 10)), fail: reject });
      }),
    metrics: createMetrics(),
    ...options,
  });
  return { loader, sent };
}

it("sends a lone key in the same turn of the event loop", async () => {
  const { loader, sent } = loaderWithOpenBatches();
  const load = loader.load(1);
  await nextTurn();
  expect(sent.map(({ keys }) => keys)).toEqual([[1]]);
  sent[0]!.answer();
  expect(await load).toBe(10);
});

it("collects what arrives while a batch is out, and sends it together when it is back", async () => {
  const { loader, sent } = loaderWithOpenBatches();
  void loader.load(1);
  await nextTurn();
  void loader.load(101);
  await nextTurn();
  void loader.load(102);
  await nextTurn();
  expect(sent).toHaveLength(1);
  sent[0]!.answer();
  await until(
    () => sent.length > 1,
    () => "nothing further is sent",
  );
  expect(sent.at(-1)!.keys).toEqual([101, 102]);
});

it("lets a batch overtake one that takes long, and bounds how many are out", async () => {
  const { loader, sent } = loaderWithOpenBatches();
  for (let key = 0; key <= limits.batchesInFlightMax; key += 1) {
    void loader.load(key);
    await delay(limits.batchOvertakeMs * 3);
  }
  expect(sent.map(({ keys }) => keys)).toEqual(Array.from({ length: limits.batchesInFlightMax }, (_, key) => [key]));
});

it("does not let a full batch wait for one that is out", async () => {
  const { loader, sent } = loaderWithOpenBatches({ batchKeysMax: 2 });
  void loader.load(1);
  await nextTurn();
  for (const key of [2, 3, 4]) void loader.load(key);
  await nextTurn();
  expect(sent.map(({ keys }) => keys)).toEqual([[1], [2, 3]]);
});

it("never lets a load join a batch that has been sent: its answer is read after it was asked", async () => {
  const { loader, sent } = loaderWithOpenBatches();
  void loader.load(1);
  await nextTurn();
  const later = loader.load(1);
  await until(
    () => sent.length === 2,
    () => "the later key is not sent",
  );
  expect(sent.map(({ keys }) => keys)).toEqual([[1], [1]]);
  sent[1]!.answer();
  expect(await later).toBe(10);
});

it("asks each key once per batch, whoever asks for it", async () => {
  const { loader, sent } = loaderWithOpenBatches();
  const loads = [loader.load(1), loader.load(2), loader.load(1)];
  await nextTurn();
  expect(sent.map(({ keys }) => keys)).toEqual([[1, 2]]);
  sent[0]!.answer();
  expect(await Promise.all(loads)).toEqual([10, 20, 10]);
});

it("bounds a batch", async () => {
  const { loader, sent } = loaderWithOpenBatches({ batchKeysMax: 3 });
  for (let key = 0; key < 4; key += 1) void loader.load(key);
  await nextTurn();
  sent[0]!.answer();
  await until(
    () => sent.length > 1,
    () => "nothing further is sent",
  );
  expect(sent.map(({ keys }) => keys)).toEqual([[0, 1, 2], [3]]);
});

it("refuses keys with OVERLOADED when too many wait", async () => {
  const { loader } = loaderWithOpenBatches();
  const keysSent = limits.batchesInFlightMax * limits.batchKeysMax;
  for (let key = 0; key < keysSent + limits.keysWaitingMax; key += 1) void loader.load(key).catch(() => undefined);
  await expect(loader.load(-1)).rejects.toSatisfy((error) => codeOf(error) === "OVERLOADED");
});

it("refuses with OVERLOADED what waited too long for its turn", async () => {
  const { loader, sent } = loaderWithOpenBatches();
  void loader.load(1);
  await nextTurn();
  const waiting = loader.load(101);
  const nowMs = performance.now();
  const clock = vi.spyOn(performance, "now").mockReturnValue(nowMs + limits.batchWaitMs + 1);
  onTestFinished(() => clock.mockRestore());
  sent[0]!.answer();
  await expect(waiting).rejects.toSatisfy((error) => codeOf(error) === "OVERLOADED");
  clock.mockRestore();
  const next = loader.load(102);
  await nextTurn();
  sent.at(-1)!.answer();
  expect(await next).toBe(1020);
});

it("fails a key that cannot be answered, and none of its neighbours", async () => {
  const asked: number[][] = [];
  const loader = createBatchLoader<number, number>({
    name: "tens",
    keyText: String,
    batch: async (keys) => {
      asked.push([...keys]);
      if (keys.includes(13)) throw new StatementTimeoutError();
      return keys.map((key) => key * 10);
    },
    metrics: createMetrics(),
  });
  const keys = Array.from({ length: 64 }, (_, key) => key);
  const outcomes = await Promise.allSettled(keys.map((key) => loader.load(key)));
  const failed = keys.filter((_, place) => outcomes[place]!.status === "rejected");
  expect(failed).toEqual([13]);
  expect(asked.length).toBeLessThanOrEqual(1 + limits.batchSplitsMax);
});

it("stops splitting when its statements are spent", async () => {
  let statements = 0;
  const loader = createBatchLoader<number, number>({
    name: "tens",
    keyText: String,
    batch: () => {
      statements += 1;
      return Promise.reject(new Error("never works"));
    },
    metrics: createMetrics(),
  });
  await Promise.allSettled(Array.from({ length: limits.batchKeysMax }, (_, key) => loader.load(key)));
  expect(statements).toBeLessThanOrEqual(1 + limits.batchSplitsMax);
});

it("gives an outage to all that waited behind it, without a statement each, and then tries again", async () => {
  const { loader, sent } = loaderWithOpenBatches({ batchKeysMax: 2 });
  const loads = Array.from({ length: 10 }, (_, key) => loader.load(key));
  await nextTurn();
  const outage = new DatabaseUnavailableError("frozen");
  for (const batch of sent.slice()) batch.fail(outage);
  const outcomes = await Promise.allSettled(loads);
  expect(outcomes.every((outcome) => outcome.status === "rejected" && outcome.reason === outage)).toBe(true);
  expect(sent).toHaveLength(limits.batchesInFlightMax);
  const next = loader.load(5);
  await nextTurn();
  sent.at(-1)!.answer();
  expect(await next).toBe(50);
});

it("remembers an answer for one request alone, until it is told to forget", async () => {
  const { loader, sent } = loaderWithOpenBatches();
  const [memo, other] = [createMemo(), createMemo()];
  const first = memo.load(loader, 1);
  expect(memo.load(loader, 1)).toBe(first);
  expect(other.load(loader, 1)).not.toBe(first);
  await nextTurn();
  sent[0]!.answer();
  await first;
  expect(memo.load(loader, 1)).toBe(first);
  memo.clear();
  expect(memo.load(loader, 1)).not.toBe(first);
});

it("leaves out the keys of requests that are over when their batch leaves, and asks nothing for them alone", async () => {
  const { loader, sent } = loaderWithOpenBatches();
  const [gone, patient] = [new Cancellation(), new Cancellation()];
  const reason = new Error("over");
  const loads = [loader.load(1, gone), loader.load(2, patient), loader.load(1), loader.load(3, gone)];
  gone.cancel(reason);
  await nextTurn();
  expect(sent.map(({ keys }) => keys)).toEqual([[2, 1]]);
  sent[0]!.answer();
  const outcomes = await Promise.allSettled(loads);
  expect(outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value : outcome.reason))).toEqual([
    reason,
    20,
    10,
    reason,
  ]);
  await expect(loader.load(4, gone)).rejects.toBe(reason);
  // Its place is free again for others.
  const next = loader.load(5);
  await nextTurn();
  expect(sent.map(({ keys }) => keys)).toEqual([[2, 1], [5]]);
  sent[1]!.answer();
  expect(await next).toBe(50);
});

it("asks nothing for a request that is over, and answers it nothing it has not asked for before", async () => {
  const { loader, sent } = loaderWithOpenBatches();
  const cancellation = new Cancellation();
  const memo = createMemo(cancellation);
  const asked = memo.load(loader, 1);
  await nextTurn();
  cancellation.cancel(new Error("over"));
  await expect(memo.load(loader, 2)).rejects.toThrow("over");
  await nextTurn();
  expect(sent.map(({ keys }) => keys)).toEqual([[1]]);
  sent[0]!.answer();
  expect(await asked).toBe(10);
});
