// The answer to a cacheable question, computed for all who wait for it: admitted as one read, with a deadline of its own,
// and with what its request knows of the catalogue, so that it need not be read again.

import { GraphQLError } from "graphql";
import type { AnswerAsk, ComputedAnswer } from "../cache/answers.ts";
import { generationOf, type Generations } from "../cache/generations.ts";
import { cacheTags } from "../cache/tags.ts";
import { timedOut } from "../errors.ts";
import type { CatalogueReading } from "../loaders/kept-answers.ts";
import type { Cancellation } from "../runtime/cancellation.ts";
import { startDeadline } from "../runtime/deadline.ts";
import type { Admission } from "./admission.ts";
import type { FastAnswer } from "./fast-lane.ts";

/** What is computed, and under what. */
export interface Computation {
  readonly execute: (shared: Cancellation, catalogue: CatalogueReading | null) => Promise<FastAnswer>;
  readonly catalogue: CatalogueReading | null;
}

/** What the request has read of the catalogue's generation; null where its answer does not say to depend on it. */
export function catalogueReading({ tags }: AnswerAsk, standing: Generations | null): CatalogueReading | null {
  const generation = standing === null ? null : generationOf(cacheTags.catalogue(), tags, standing);
  return generation === null ? null : { generation, oldestMs: Infinity };
}

/** What is cached, or null where the Yoga lane must answer. Throws outages. */
export async function computed(
  { admission, requestMs }: { readonly admission: Admission; readonly requestMs: number },
  { execute, catalogue }: Computation,
  shared: Cancellation,
): Promise<ComputedAnswer | null> {
  const cancelDeadline = startDeadline(requestMs, () => shared.cancel(timedOut()));
  let beganAtMs = 0;
  const begin = (): Promise<FastAnswer> => {
    beganAtMs = performance.now();
    return shared.race(execute(shared, catalogue));
  };
  try {
    const answer = await admission.run(begin, shared);
    if (answer instanceof GraphQLError) throw answer;
    if (typeof answer !== "string") return null;
    return { json: answer, readAtMs: Math.min(beganAtMs, catalogue?.oldestMs ?? Infinity) };
  } finally {
    cancelDeadline();
  }
}
