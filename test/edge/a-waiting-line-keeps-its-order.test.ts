// Whoever has waited longest is first, however many have come and gone, and however the two take turns.

import fc from "fast-check";
import { expect, it } from "vitest";
import { WaitingLine } from "../../src/runtime/waiting-line.ts";
import { check } from "../kit/property.ts";

/** More than the line lets go of together. */
const MANY = 3_000;

it("is empty at first, and again when all have been taken", () => {
  const line = new WaitingLine<string>();
  expect(shownOf(line)).toEqual({ size: 0, first: undefined });
  expect(line.take()).toBeUndefined();
  line.add("only");
  expect(line.take()).toBe("only");
  expect(line.take()).toBeUndefined();
  expect(shownOf(line)).toEqual({ size: 0, first: undefined });
  line.add("next");
  expect(shownOf(line)).toEqual({ size: 1, first: "next" });
});

it("gives thousands back in the order in which they came", () => {
  const line = new WaitingLine<number>();
  const came = Array.from({ length: MANY }, (_, place) => place);
  for (const entry of came) line.add(entry);
  for (const entry of came) {
    expect(shownOf(line)).toEqual({ size: MANY - entry, first: entry });
    expect(line.take()).toBe(entry);
  }
  expect(line.size).toBe(0);
});

it("agrees with an array at any sequence of adds and takes", () => {
  // Positive: so many come. Negative: so many are taken.
  const steps = fc.array(fc.integer({ min: -1_500, max: 1_600 }), { maxLength: 12 });
  const property = fc.property(steps, (counts) => {
    const line = new WaitingLine<number>();
    let model: number[] = [];
    let come = 0;
    for (const count of counts) {
      for (let step = 0; step < count; step += 1) {
        line.add(come);
        model.push(come++);
      }
      const taken = Array.from({ length: Math.max(-count, 0) }, () => line.take());
      expect(taken.filter((entry) => entry !== undefined)).toEqual(model.slice(0, taken.length));
      model = model.slice(taken.length);
      expect(shownOf(line)).toEqual({ size: model.length, first: model[0] });
    }
  });
  check(property, 100);
});

function shownOf<Entry>({ size, first }: WaitingLine<Entry>) {
  return { size, first };
}
