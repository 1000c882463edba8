// The arithmetic behind the benchmark's figures. No load here: `npm run bench` is a command of its own.

import { describe, expect, it } from "vitest";
import { growthOf, latencyOf, median, percentile, ratioOf } from "../../bench/measure/statistics.ts";

describe("percentile", () => {
  it("is the smallest measured value that covers its share", () => {
    const thousand = Array.from({ length: 1000 }, (_, place) => place + 1);
    expect(percentile(thousand, 0.5)).toBe(500);
    expect(percentile(thousand, 0.99)).toBe(990);
    expect(percentile(thousand, 0.999)).toBe(999);
    expect(percentile(thousand, 1)).toBe(1000);
  });

  it("is the only value of one, and not a number of none", () => {
    expect(percentile([7], 0.01)).toBe(7);
    expect(percentile([7], 0.99)).toBe(7);
    expect(percentile([], 0.99)).toBeNaN();
  });
});

describe("latencyOf", () => {
  it("sorts as numbers, not as text", () => {
    expect(latencyOf(Float64Array.of(100, 9, 20))).toEqual({ p50: 20, p99: 100, p999: 100, max: 100 });
  });
});

describe("median", () => {
  it("is the middle, and between two middles their mean", () => {
    expect(median([9, 1, 100])).toBe(9);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});

describe("ratioOf", () => {
  it("compares round by round, so that a slow round of both leaves it alone", () => {
    expect(ratioOf([400, 100, 420], [100, 25, 100])).toEqual({ median: 4, min: 4, max: 4.2 });
  });

  it("refuses rounds that do not pair", () => {
    expect(() => ratioOf([1, 2], [1])).toThrow(RangeError);
  });
});

describe("growthOf", () => {
  it("sets the last third against the first", () => {
    expect(growthOf([100, 102, 98, 150, 151, 149, 110, 111, 109])).toBeCloseTo(1.1);
  });
});
