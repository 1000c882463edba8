// What loaders of the catalogue answer is told to requests that have read the same generation, for a moment, and to no
// others: not after a write, not to who knows no generation, not past its time; and what is made of it is as old as it is.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createKeptAnswers, type CatalogueReading } from "../../src/loaders/kept-answers.ts";
import { createMemo } from "../../src/loaders/memo.ts";
import type { BatchLoader } from "../../src/loaders/batch-loader.ts";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { askWatched, untilCaching, waitForRedis } from "../kit/caching.ts";
import { writeVariablesOf, tokenOf } from "../kit/operation-variables.ts";
import { until } from "../kit/until.ts";
import { write } from "../kit/writes.ts";

const { catalogueKeptMs } = limits;
afterEach(() => void Object.assign(limits, { catalogueKeptMs }));

const reading = (generation: string): CatalogueReading => ({ generation, oldestMs: Infinity });

/** Of its own answers: each says how often it has been asked. */
function countingLoader(isOfCatalogue: boolean) {
  let asked = 0;
  const loader: BatchLoader<string, string> = {
    name: "counting",
    keyText: (key) => key,
    kept: isOfCatalogue ? createKeptAnswers<string>() : null,
    load(key) {
      asked += 1;
      return key === "wrong" ? Promise.reject(new Error("wrong")) : Promise.resolve(`${key} ${asked}`);
    },
  };
  return { loader, ask: (key: string, of: CatalogueReading | null) => createMemo(undefined, of).load(loader, key) };
}

describe("an answer", () => {
  it("is told again under the generation that it was read under, and its age with it", async () => {
    const { ask } = countingLoader(true);
    const beforeMs = performance.now();
    expect(await ask("a", reading("g1"))).toBe("a 1");
    const askedMs = performance.now();
    const later = reading("g1");
    expect(await ask("a", later)).toBe("a 1");
    expect(later.oldestMs).toBeGreaterThanOrEqual(beforeMs);
    expect(later.oldestMs).toBeLessThanOrEqual(askedMs);
  });

  it.each([
    { to: "who has read another generation", key: "a", of: reading("g2") },
    { to: "who has read none", key: "a", of: null },
    { to: "who asks something else", key: "b", of: reading("g1") },
  ])("is not told to $to", async ({ key, of }) => {
    const { ask } = countingLoader(true);
    await ask("a", reading("g1"));
    expect(await ask(key, of)).toBe(`${key} 2`);
    expect(of?.oldestMs ?? Infinity).toBe(Infinity);
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

  it("stays the same for one request, whatever is kept meanwhile", async () => {
    Object.assign(limits, { catalogueKeptMs: 0 });
    const { loader, ask } = countingLoader(true);
    const memo = createMemo(undefined, reading("g1"));
    expect(await memo.load(loader, "a")).toBe("a 1");
    await ask("a", reading("g2"));
    expect(await memo.load(loader, "a")).toBe("a 1");
  });
});

describe("a server", () => {
  let api: TestApi;
  beforeAll(async () => {
    waitForRedis();
    // Not over in the midst of a test.
    Object.assign(limits, { catalogueKeptMs: 60_000 });
    api = await startApi();
    await untilCaching(api);
  });
  afterAll(() => api.close());

  const stateOf = async (player: number) => {
    Object.assign(limits, { catalogueKeptMs: 60_000 });
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
});
