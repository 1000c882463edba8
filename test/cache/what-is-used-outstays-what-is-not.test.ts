// A full map of bounded weight lets go of what has waited longest without being used; a use buys one more round, not
// more. Whatever comes and goes, it never holds more than its weight.

import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, it } from "vitest";
import { BoundedMap } from "../../src/runtime/bounded-map.ts";
import { check } from "../kit/property.ts";

const KEYS = Array.from({ length: 12 }, (_, key) => key);

it("lets the oldest go first where none has been used", () => {
  const map = filled(["a", "b", "c"]);
  map.set("d", "d");
  expect(keptOf(map, ["a", "b", "c", "d"])).toEqual(["b", "c", "d"]);
});

it.each([
  { sets: ["d", "e"], kept: ["a", "d", "e"] },
  { sets: ["d", "e", "f"], kept: ["d", "e", "f"] },
])("passes over what has been used, once: after $sets it has $kept", ({ sets, kept }) => {
  const map = filled(["a", "b", "c"]);
  map.get("a");
  for (const key of sets) map.set(key, key);
  expect(keptOf(map, ["a", "b", "c", ...sets])).toEqual(kept);
});

it("lets the oldest go where all have been used", () => {
  const map = filled(["a", "b", "c"]);
  for (const key of ["c", "a", "b"]) map.get(key);
  map.set("d", "d");
  expect(keptOf(map, ["a", "b", "c", "d"])).toEqual(["b", "c", "d"]);
});

it("takes what is set anew for new", () => {
  const map = filled(["a", "b", "c"]);
  map.set("a", "other");
  map.set("d", "d");
  expect(keptOf(map, ["a", "b", "c", "d"])).toEqual(["a", "c", "d"]);
  expect(map.get("a")).toBe("other");
});

it("has room again for what has been deleted", () => {
  const map = filled(["a", "b", "c"]);
  map.delete("b");
  map.delete("nobody");
  map.set("d", "d");
  expect(keptOf(map, ["a", "b", "c", "d"])).toEqual(["a", "c", "d"]);
});

it("keeps nothing that is too heavy by itself, not even what stood there before", () => {
  const map = new BoundedMap<string, string>({ weightMax: 5, weightOf: (key, value) => key.length + value.length });
  map.set("a", "1234");
  expect(map.get("a")).toBe("1234");
  map.set("a", "12345");
  expect(map.get("a")).toBeUndefined();
  map.set("b", "1");
  map.set("c", "12345");
  expect(keptOf(map, ["b", "c"])).toEqual(["b"]);
});

it.each<[string, (map: BoundedMap<string, string>) => void]>([
  ["is deleted", (map) => map.delete("a")],
  ["is replaced", (map) => map.set("a", "other")],
  ["has to go", (map) => map.set("d", "d")],
])("keeps nothing of what %s for whoever holds its entry", (_, part) => {
  const map = filled(["a", "b", "c"]);
  const entry = map.entryOf("a")!;
  expect(entry.value).toBe("a");
  part(map);
  expect(entry.use()).toBeUndefined();
});

it("takes the use of an entry for one of its key", () => {
  const map = filled(["a", "b", "c"]);
  const entry = map.entryOf("a")!;
  expect(entry.use()).toBe("a");
  map.set("d", "d");
  expect([entry.value, map.get("a")]).toEqual(["a", "a"]);
  expect(map.get("b")).toBeUndefined();
});

it("is at any time what a plain list with marks would be", () => {
  const step = fc.record({
    act: fc.constantFrom("get", "set", "set", "delete"),
    key: fc.constantFrom(...KEYS),
    weight: fc.integer({ min: 0, max: 12 }),
  });
  const property = fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const weightMax = 10;
    const map = new BoundedMap<number, number>({ weightMax, weightOf: (_, weight) => weight });
    let model: { key: number; weight: number; isUsed: boolean }[] = [];
    for (const { act, key, weight } of steps) {
      const known = model.find((entry) => entry.key === key);
      if (act === "get") {
        expect(map.get(key)).toBe(known?.weight);
        if (known !== undefined) known.isUsed = true;
        continue;
      }
      model = model.filter((entry) => entry !== known);
      if (act === "delete") map.delete(key);
      else {
        map.set(key, weight);
        if (weight > weightMax) continue;
        while (sumOf(model) + weight > weightMax) {
          const [first, ...others] = model;
          model = first!.isUsed ? [...others, { ...first!, isUsed: false }] : others;
        }
        model.push({ key, weight, isUsed: false });
      }
    }
    const kept = KEYS.filter((key) => map.get(key) !== undefined);
    expect(kept).toEqual(model.map(({ key }) => key).toSorted((one, other) => one - other));
  });
  check(property, 1_000);
});

function filled(keys: readonly string[]): BoundedMap<string, string> {
  const map = new BoundedMap<string, string>({ weightMax: keys.length });
  for (const key of keys) map.set(key, key);
  return map;
}

/** A look is a use: nothing may be asked of the order afterwards. */
function keptOf(map: BoundedMap<string, string>, keys: readonly string[]): string[] {
  return keys.filter((key) => map.get(key) !== undefined);
}

function sumOf(entries: readonly { readonly weight: number }[]): number {
  return entries.reduce((sum, { weight }) => sum + weight, 0);
}

it("keeps nothing of what is replaced, though it never was full", async () => {
  const map = new BoundedMap<number, object>({ weightMax: 1_000 });
  const replaced: WeakRef<object>[] = [];
  for (let round = 0; round < 1_000; round += 1) {
    for (const key of KEYS) {
      const value = { round };
      if (round < 500) replaced.push(new WeakRef(value));
      map.set(key, value);
    }
  }
  // A reference that was made in this turn is kept to its end.
  await nextTurn();
  collectGarbage();
  expect(replaced.filter((reference) => reference.deref() !== undefined).length).toBeLessThan(replaced.length / 10);
});

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
