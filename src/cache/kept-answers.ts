// Answers in the memory of this process (L1), bounded by what they weigh. Each is found by its question, which holds on
// to it while it is kept, or by the text of that; and counts while what it was made under stands, and for its lifetime.

import { limits } from "../runtime/limits.ts";
import type { Entry } from "../runtime/bounded-map.ts";
import { ScanResistantMap } from "../runtime/scan-resistant-map.ts";
import type { AnswerBytes } from "./answer-store.ts";
import { isSameGeneration } from "./demand.ts";
import type { Generations } from "./generations.ts";
import type { KnownTag } from "./known-tags.ts";

/** What is asked for, and how it is made. */
export interface AnswerAsk {
  /** Equal text, same question of the same asker. */
  readonly key: string;
  /** What the answer depends on. */
  readonly tags: readonly string[];
  readonly lifetimeMs: number;
  /** The same for everybody: while MySQL is away it may be told a while longer. */
  readonly isPublic: boolean;
}

/** What is asked for, as one cache knows it. Whoever asks the same again and again keeps it. */
export interface Question {
  readonly ask: AnswerAsk;
  readonly tags: readonly KnownTag[];
  /** Where its answer was kept when it was looked up last: empty once that is let go. */
  entry: Entry<KeptAnswer> | undefined;
}

/** An answer, and when the oldest of what stands in it was read, on performance.now()'s clock. */
export interface DatedAnswer extends AnswerBytes {
  readonly madeAtMs: number;
}

/** In memory: ages by this process's own monotonic clock. */
export interface KeptAnswer extends DatedAnswer {
  /** The epoch's and the tags' that it was made under, as they were read last. */
  generations: readonly string[];
  /** Whether other processes can have it. */
  isStored: boolean;
}

export interface KeptAnswers {
  /** Whether it counts is not asked. */
  of(question: Question): KeptAnswer | undefined;
  keep(
    key: string,
    answer: AnswerBytes,
    standing: Generations,
    of: Pick<KeptAnswer, "madeAtMs" | "isStored">,
  ): KeptAnswer;
  /** Of all, with what is around them. */
  bytes(): number;
}

/**
 * What a kept answer weighs besides its bytes, its key and its generations: the objects around them, and what
 * the system adds to memory that is outside of the heap.
 */
const ENTRY_BYTES = 1_200;
/** A generation as text with its mark, and its place. */
const GENERATION_BYTES = 88;

export function createKeptAnswers(bytesMax: number): KeptAnswers {
  const memory = new ScanResistantMap<KeptAnswer>({
    weightMax: bytesMax,
    newcomersWeightMax: Math.min(limits.newAnswersMemoryBytesMax, bytesMax / 2),
    weightOf: (key, { bytes, generations }) =>
      key.length + bytes.length + generations.length * GENERATION_BYTES + ENTRY_BYTES,
  });
  return {
    of(question) {
      const kept = question.entry?.use();
      if (kept !== undefined) return kept;
      question.entry = memory.entryOf(question.ask.key);
      return question.entry?.use();
    },
    keep(key, { bytes, etag, jsonEtag }, { values }, { madeAtMs, isStored }) {
      const kept: KeptAnswer = { bytes, etag, jsonEtag, generations: values, madeAtMs, isStored };
      memory.set(key, kept);
      return kept;
    },
    bytes: () => memory.weight,
  };
}

/** Null where it does not count. */
export function freshIn(
  kept: KeptAnswer | undefined,
  { lifetimeMs }: AnswerAsk,
  standing: Generations | null,
): KeptAnswer | null {
  if (kept === undefined || standing === null || standing.isOpen || !isUnder(kept, standing)) return null;
  return performance.now() - kept.madeAtMs < lifetimeMs ? kept : null;
}

/** Whether it is for everybody, and has run out not long ago. */
export function isTellable(kept: KeptAnswer | undefined, { lifetimeMs, isPublic }: AnswerAsk): boolean {
  if (kept === undefined || !isPublic) return false;
  return performance.now() - kept.madeAtMs < lifetimeMs + limits.outagePublicMs;
}

/** Whether exactly that stands under which it was made. */
export function isUnder(kept: KeptAnswer, { values }: Generations): boolean {
  const { generations } = kept;
  if (generations.length !== values.length) return false;
  let isMarkedAnew = false;
  // By hand: an iterator for each hit is a part of its price.
  for (let place = 0; place < values.length; place += 1) {
    if (generations[place] === values[place]) continue;
    if (!isSameGeneration(generations[place]!, values[place]!)) return false;
    isMarkedAnew = true;
  }
  // So they are equal to the letter next time.
  if (isMarkedAnew) kept.generations = values;
  return true;
}
