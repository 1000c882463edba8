// The answer to a cacheable question, computed for all who wait for it: admitted as one read, with a deadline of its own,
// and with rows of the catalogue that are kept for as long as nothing of it changes.

import { GraphQLError } from "graphql";
import type { ComputedAnswer } from "../cache/answers.ts";
import type { AnswerAsk } from "../cache/kept-answers.ts";
import { generationsText, type GenerationReader } from "../cache/generations.ts";
import { cacheTags } from "../cache/tags.ts";
import { timedOut } from "../errors.ts";
import type { CatalogueReading } from "../loaders/kept-rows.ts";
import type { Cancellation } from "../runtime/cancellation.ts";
import { startDeadline } from "../runtime/deadline.ts";
import { limits } from "../runtime/limits.ts";
import type { Admission } from "./admission.ts";
import type { FastAnswer } from "./fast-lane.ts";

/** What is computed, for which question. */
export interface Computation {
  readonly execute: (shared: Cancellation, catalogue: CatalogueReading | null) => Promise<FastAnswer>;
  readonly ask: Pick<AnswerAsk, "lifetimeMs">;
}

export interface ComputingOptions {
  readonly admission: Admission;
  readonly generations: Pick<GenerationReader, "read" | "tagsOf">;
  readonly requestMs: number;
}

/** What is cached, or null where the Yoga lane must answer. Throws outages. */
export async function computed(
  { admission, generations, requestMs }: ComputingOptions,
  { execute, ask }: Computation,
  shared: Cancellation,
): Promise<ComputedAnswer | null> {
  const cancelDeadline = startDeadline(requestMs, () => shared.cancel(timedOut()));
  // Of an answer that lives no longer than kept rows do, nothing would be left.
  const catalogue = ask.lifetimeMs > limits.catalogueKeptMs ? catalogueReading(generations) : null;
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

const CATALOGUE = [cacheTags.catalogue()];

function catalogueReading(generations: ComputingOptions["generations"]): CatalogueReading {
  let asked: Promise<string | null> | null = null;
  return {
    oldestMs: Infinity,
    generation() {
      if (asked !== null) return asked;
      // What is asked for side by side is asked for once; whatever comes later reads it again.
      queueMicrotask(() => (asked = null));
      asked = new Promise((tell) => {
        generations.read(generations.tagsOf(CATALOGUE), (standing) => {
          tell(standing === null || standing.isOpen ? null : generationsText(standing));
        });
      });
      return asked;
    },
  };
}
