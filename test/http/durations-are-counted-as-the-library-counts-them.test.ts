// The histogram of requests is our own, since it is met by every hit: it prints to the letter, and adds up over
// processes, what the library's would.

import fc from "fast-check";
import { AggregatorRegistry, Histogram, Registry } from "prom-client";
import { expect, it } from "vitest";
import { DurationHistogram } from "../../src/runtime/duration-histogram.ts";
import { checkAsync } from "../kit/property.ts";

const buckets = [0.001, 0.01, 0.5];
const described = { name: "seconds", help: "Seconds.", buckets };
const seconds = fc.oneof(fc.constantFrom(0, ...buckets, 0.0011, 7), fc.double({ min: 0, max: 2, noNaN: true }));
const observations = fc.array(fc.record({ operation: fc.constantFrom("One", "Other"), seconds }));

interface Observation {
  readonly operation: string;
  readonly seconds: number;
}

function ours(observed: readonly Observation[]): Registry {
  const registry = new Registry();
  const histogram = new DurationHistogram({ ...described, labelName: "operation", registry });
  for (const { operation, seconds: taken } of observed) histogram.observe(operation, taken);
  return registry;
}

function theirs(observed: readonly Observation[]): Registry {
  const registry = new Registry();
  const histogram = new Histogram({ ...described, labelNames: ["operation"], registers: [registry] });
  for (const { operation, seconds: taken } of observed) histogram.observe({ operation }, taken);
  return registry;
}

it("prints the same", async () => {
  const property = fc.asyncProperty(observations, async (observed) => {
    expect(await ours(observed).metrics()).toBe(await theirs(observed).metrics());
  });
  await checkAsync(property, 200);
});

it("adds up to the same", async () => {
  const parts: Observation[][] = [
    [{ operation: "One", seconds: 0.002 }],
    [
      { operation: "One", seconds: 3 },
      { operation: "Other", seconds: 0.5 },
    ],
  ];
  const sumOf = async (registries: readonly Registry[]) => {
    const all = await Promise.all(registries.map((registry) => registry.getMetricsAsJSON()));
    return AggregatorRegistry.aggregate(all).metrics();
  };
  expect(await sumOf(parts.map(ours))).toBe(await sumOf(parts.map(theirs)));
});

it("begins at nothing again", async () => {
  const registry = ours([{ operation: "One", seconds: 1 }]);
  registry.resetMetrics();
  expect(await registry.metrics()).not.toContain("seconds_count");
});
