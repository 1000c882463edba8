// What loaders of the catalogue have read is told again while the catalogue's generation stands, for a moment: not after a
// write, not where no generation is known, not past its time; and what is made of it is as old as it is.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { GenerationReader } from "../../src/cache/generations.ts";
import { KnownTag } from "../../src/cache/known-tags.ts";
import { createAdmission } from "../../src/edge/admission.ts";
import { computed, type Computation } from "../../src/edge/computed-answer.ts";
import { createKeptRows, type CatalogueReading } from "../../src/loaders/kept-rows.ts";
import { createMemo } from "../../src/loaders/memo.ts";
import type { BatchLoader } from "../../src/loaders/batch-loader.ts";
import { Cancellation } from "../../src/runtime/cancellation.ts";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { askWatched, untilCaching, waitForRedis } from "../kit/caching.ts";
import { writeVariablesOf, tokenOf } from "../kit/operation-variables.ts";
import { until } from "../kit/until.ts";
import { write } from "../kit/writes.ts";

const { catalogueKeptMs } = limits;
afterEach(() => void Object.assign(limits, { catalogueKeptMs }));

/** One request's, under whatever stands by then. */
const reading = (generation: string | null): CatalogueReading => ({
  generation: () => Promise.resolve(generation),
  oldestMs: Infinity,
});

/** Of its own answers: each says how often it has been asked. */
function countingLoader(isOfCatalogue: boolean) {
  let asked = 0;
  const loader: BatchLoader<string, string> = {
    name: "counting",
    keyText: (key) => key,
    kept: isOfCatalogue ? createKeptRows<string>() : null,
    load(key) {
      asked += 1;
      return key === "wrong" ? Promise.reject(new Error("wrong")) : Promise.resolve(`${key} ${asked}`);
    },
  };
  return { loader, ask: (key: string, of: CatalogueReading | null) => createMemo(undefined, of).load(loader, key) };
}

describe("what has been read", () => {
  it("is told again under the same generation, and its age with it", async () => {
    const { ask } = countingLoader(true);
    const beforeMs = performance.now();
    const first = reading("g1");
    expect(await ask("a", first)).toBe("a 1");
    expect(first.oldestMs).toBe(Infinity);
    const askedMs = performance.now();
    const later = reading("g1");
    expect(await ask("a", later)).toBe("a 1");
    expect(later.oldestMs).toBeGreaterThanOrEqual(beforeMs);
    expect(later.oldestMs).toBeLessThanOrEqual(askedMs);
  });

  it.each([
    { to: "under another generation", key: "a", of: reading("g2") },
    { to: "where none is known", key: "a", of: reading(null) },
    { to: "to a request that reads none", key: "a", of: null },
    { to: "to who asks something else", key: "b", of: reading("g1") },
  ])("is not told $to", async ({ key, of }) => {
    const { ask } = countingLoader(true);
    await ask("a", reading("g1"));
    expect(await ask(key, of)).toBe(`${key} 2`);
    expect(of?.oldestMs ?? Infinity).toBe(Infinity);
  });

  it("is not kept where no generation is known", async () => {
    const { ask } = countingLoader(true);
    await ask("a", reading(null));
    await ask("a", null);
    expect(await ask("a", reading("g1"))).toBe("a 3");
  });

  it("is not told past its time", async () => {
    Object.assign(limits, { catalogueKeptMs: 0 });
    const { ask } = countingLoader(true);
    await ask("a", reading("g1"));
    const toldAtMs = performance.now();
    await until(
      () => performance.now() > toldAtMs,
      () => "time stands still",
    );
    expect(await ask("a", reading("g1"))).toBe("a 2");
  });

  it("is not told where it is an error", async () => {
    const { ask } = countingLoader(true);
    await expect(ask("wrong", reading("g1"))).rejects.toThrow("wrong");
    await expect(ask("wrong", reading("g1"))).rejects.toThrow("wrong");
    expect(await ask("a", reading("g1"))).toBe("a 3");
  });

  it("is not told by a loader of anything else", async () => {
    const { ask } = countingLoader(false);
    await ask("a", reading("g1"));
    expect(await ask("a", reading("g1"))).toBe("a 2");
  });

  it("is not pushed out by what was asked for before it and came later", async () => {
    const kept = createKeptRows<string>();
    let come: (rows: string) => void = () => undefined;
    kept.keep("a", "g1", new Promise((resolve) => (come = resolve)));
    const askedAtMs = performance.now();
    await until(
      () => performance.now() > askedAtMs,
      () => "time stands still",
    );
    kept.keep("a", "g2", Promise.resolve("later"));
    await Promise.resolve();
    come("earlier");
    await Promise.resolve();
    expect(kept.get("a", "g1")).toBeUndefined();
    expect(kept.get("a", "g2")?.rows).toBe("later");
  });

  it("stays the same for one request, whatever stands meanwhile", async () => {
    const { loader } = countingLoader(true);
    let stands = "g1";
    const memo = createMemo(undefined, { generation: () => Promise.resolve(stands), oldestMs: Infinity });
    expect(await memo.load(loader, "a")).toBe("a 1");
    stands = "g2";
    expect(await memo.load(loader, "a")).toBe("a 1");
  });
});

describe("an answer that is made of it", () => {
  const generations = (asked: (tags: readonly string[]) => void): Pick<GenerationReader, "read" | "tagsOf"> => ({
    tagsOf: (names) => names.map((name) => new KnownTag(name, name)),
    read(tags, tell) {
      asked(tags.map(({ name }) => name));
      queueMicrotask(() => tell({ values: ["epoch", "g1"], isOpen: false }));
    },
  });
  const make = (lifetimeMs: number, execute: Computation["execute"], asked: () => void = () => undefined) => {
    const admission = createAdmission();
    const options = { admission, generations: generations(asked), requestMs: 5_000 };
    return computed(options, { execute, ask: { lifetimeMs } }, new Cancellation()).finally(() => admission.stop());
  };

  it("is as old as the oldest of it", async () => {
    const readAtMs = performance.now() - 700;
    const answer = await make(limits.answerMs, async (_, catalogue) => {
      expect(await catalogue!.generation()).toBe("epoch g1");
      catalogue!.oldestMs = readAtMs;
      return "{}";
    });
    expect(answer).toEqual({ json: "{}", readAtMs });
  });

  it("is as old as its own reading where nothing of it was kept", async () => {
    const beforeMs = performance.now();
    const answer = await make(limits.answerMs, async () => "{}");
    expect(answer!.readAtMs).toBeGreaterThanOrEqual(beforeMs);
  });

  it("takes none where it lives no longer than that", async () => {
    await make(limits.catalogueKeptMs, async (_, catalogue) => {
      expect(catalogue).toBeNull();
      return "{}";
    });
  });

  it("reads the generation once for what is wanted side by side, and again for what is wanted later", async () => {
    let asked = 0;
    await make(
      limits.answerMs,
      async (_, catalogue) => {
        await Promise.all([catalogue!.generation(), catalogue!.generation()]);
        expect(asked).toBe(1);
        await catalogue!.generation();
        expect(asked).toBe(2);
        return "{}";
      },
      () => void (asked += 1),
    );
  });
});

describe("a server", () => {
  let api: TestApi;
  beforeAll(async () => {
    waitForRedis();
    // Not over in the midst of a test.
    Object.assign(limits, { catalogueKeptMs: 20_000 });
    api = await startApi();
    await untilCaching(api);
  });
  afterAll(() => api.close());

  const stateOf = async (player: number) => {
    Object.assign(limits, { catalogueKeptMs: 20_000 });
    api.statements.length = 0;
    const { source, body } = await askWatched(api, "PlayerState", {
      variables: { id: playerGlobalId(BigInt(player)) },
      token: api.tokenFor(player),
    });
    const items = api.statements.filter(({ sql }) => / FROM item /.test(sql)).length;
    return { source, items, count: body.data.player.state.nodes.length };
  };

  it("reads the catalogue's page once for two players, and again after a write on the catalogue", async () => {
    const first = await stateOf(1);
    expect(first.source).toBe("computed");
    expect(await stateOf(2)).toEqual({ source: "computed", items: 0, count: first.count });
    const written = await write(api.url, {
      operation: "UpsertItems",
      input: writeVariablesOf("UpsertItems", 1).input,
      token: tokenOf(api, "UpsertItems", 1),
    });
    expect(written.payload.userErrors).toEqual([]);
    expect((await stateOf(2)).items).toBe(1);
    expect((await stateOf(1)).items).toBe(0);
  });

  it("reads it anew in another epoch", async () => {
    await stateOf(1);
    await api.forgetAnswers();
    expect((await stateOf(1)).items).toBe(1);
    expect((await stateOf(2)).items).toBe(0);
  });
});
