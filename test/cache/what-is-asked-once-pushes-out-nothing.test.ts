// The map of cached answers: what is asked for again and again stays, however many others are asked for once; those
// leave soon; who comes back stays.

import fc from "fast-check";
import { expect, it } from "vitest";
import { ScanResistantMap } from "../../src/runtime/scan-resistant-map.ts";
import { check } from "../kit/property.ts";

const created = () =>
  new ScanResistantMap<string>({ weightMax: 10, newcomersWeightMax: 3, weightOf: (_, value) => value.length });

it("keeps what has been used while a thousand others pass", () => {
  const map = created();
  map.set("used", "u");
  map.get("used");
  for (let other = 0; other < 1_000; other += 1) map.set(`other ${other}`, "o");
  expect(map.get("used")).toBe("u");
  expect(map.get("other 996")).toBeUndefined();
  expect(["other 997", "other 998", "other 999"].map((key) => map.get(key))).toEqual(["o", "o", "o"]);
});

it("lets what has not been used go when there are more newcomers than it has room for", () => {
  const map = created();
  for (const key of ["a", "b", "c", "d"]) map.set(key, key);
  expect(["a", "b", "c", "d"].map((key) => map.get(key))).toEqual([undefined, "b", "c", "d"]);
});

it("keeps what comes back after it had to leave", () => {
  const map = created();
  for (const key of ["a", "b", "c", "d"]) map.set(key, key);
  expect(map.get("a")).toBeUndefined();
  map.set("a", "again");
  for (const key of ["e", "f", "g", "h"]) map.set(key, key);
  expect(map.get("a")).toBe("again");
});

it("has a place for what is too heavy for a newcomer", () => {
  const map = created();
  map.set("heavy", "heavy");
  for (const key of ["a", "b", "c", "d"]) map.set(key, key);
  expect(map.get("heavy")).toBe("heavy");
});

it("takes what is put in again before anybody used it for a newcomer still", () => {
  const map = created();
  map.set("a", "1");
  map.set("a", "2");
  for (const key of ["b", "c", "d"]) map.set(key, key);
  expect(map.get("a")).toBeUndefined();
});

it("replaces what is there", () => {
  const map = created();
  map.set("a", "1");
  map.set("a", "2");
  expect(map.get("a")).toBe("2");
  map.set("a", "3");
  expect(map.get("a")).toBe("3");
});

it("never holds more than its weight, and only what was put in last", () => {
  const step = fc.record({
    key: fc.constantFrom(..."abcdefgh"),
    weight: fc.integer({ min: 0, max: 6 }),
    get: fc.boolean(),
  });
  const property = fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const map = created();
    const last = new Map<string, string>();
    for (const { key, weight, get } of steps) {
      if (get) map.get(key);
      else {
        last.set(key, "x".repeat(weight));
        map.set(key, "x".repeat(weight));
      }
      const held = [...last.keys()].flatMap((known) => map.get(known) ?? []);
      expect(held.join("").length).toBeLessThanOrEqual(10);
      for (const [known, value] of last) expect([undefined, value]).toContain(map.get(known));
    }
  });
  check(property, 200);
});
