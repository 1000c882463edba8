// What may never happen to the registry between two commits: an entry that is gone, changed or moved.
// Builds of an app that are out there send the ids of their day, and "the newest of a name" is the last.

import type { RegisteredOperation } from "../../src/operations/registry.ts";
import { labelOf } from "./judgement.ts";

/** One line for each entry of `before` that does not stand in `after` as it was. */
export function registryLosses(
  before: readonly RegisteredOperation[],
  after: readonly RegisteredOperation[],
): string[] {
  const now = new Map(after.map((operation) => [operation.id, operation]));
  const losses = before.flatMap((operation) => {
    const found = now.get(operation.id);
    if (found === undefined) return [`operation ${labelOf(operation)} is gone from the registry, which only grows`];
    const changed = (["name", "type", "body"] as const).find((key) => found[key] !== operation[key]);
    return changed === undefined ? [] : [`operation ${labelOf(operation)} has another ${changed} than before`];
  });
  if (losses.length > 0) return losses;
  const known = new Set(before.map(({ id }) => id));
  const order = after.filter(({ id }) => known.has(id));
  const moved = before.find(({ id }, place) => order[place]?.id !== id);
  return moved === undefined
    ? []
    : [`operation ${labelOf(moved)} has moved: entries keep their order, new ones go last`];
}
