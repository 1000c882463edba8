// Cached answers, the way a request meets them: what stands for its tags is read after it arrived, and only an
// answer made under exactly that is told: one of this process (L1), one that all share (L2), or one that
// somebody else is computing just now (single flight). With a write under way, or without Redis, everybody
// computes for himself.

import { createAllowance } from "../runtime/allowance.ts";
import { createBreaker } from "../runtime/breaker.ts";
import type { Cancellation } from "../runtime/cancellation.ts";
import { limits } from "../runtime/limits.ts";
import { answerBytes, type AnswerStore } from "./answer-store.ts";
import { ASKED, demandUnder, SHARED, type Demand } from "./demand.ts";
import { createFlights } from "./flights.ts";
import { generationsText, type GenerationReader, type Generations } from "./generations.ts";
import {
  createKeptAnswers,
  freshIn,
  isUnder,
  isTellable,
  type AnswerAsk,
  type DatedAnswer,
  type KeptAnswer,
  type Question,
} from "./kept-answers.ts";

/** How a request was answered, for the metrics. */
export type AnswerSource = "memory" | "redis" | "flight" | "computed" | "uncached" | "outage";

export interface Answered {
  /** Null: `compute` says that it cannot be answered this way. */
  readonly answer: DatedAnswer | null;
  readonly source: AnswerSource;
}

export interface ComputedAnswer {
  readonly json: string;
  /** When the oldest of what stands in it was read, on performance.now()'s clock. */
  readonly readAtMs: number;
}

/** Ends early when all who wait for it are over, which it is told by `shared`. */
export type Compute = (shared: Cancellation) => Promise<ComputedAnswer | null>;

export interface AnswerCache {
  /** For `look` and `get`. */
  questionOf(ask: AnswerAsk): Question;
  /**
   * Calls `tell` once, later on: with an answer of this process that still counts, or with null; and with what stood
   * when it was looked for. By a callback, since nothing else stands between a hit and its asker.
   */
  look(question: Question, tell: (answer: DatedAnswer | null, standing: Generations | null) => void): void;
  /**
   * Whether nothing but a computation of his own is left to whoever has looked in vain while `standing` stood, as far as
   * anybody knows: he may wait for his turn before he calls `get`, and look once more then (`keptUnder`).
   */
  isOnItsOwn(question: Question, standing: Generations | null): boolean;
  /** The answer of this process that counts now, if nothing has changed since `standing` was read. */
  keptUnder(question: Question, standing: Generations | null): DatedAnswer | null;
  /**
   * For whoever has looked in vain, while `standing` stood: the answer, as `compute` makes it or has made it, or null
   * for what must not be kept. Rejects as `compute` does, where nothing that may be told instead is there. `asker`
   * ends when nobody waits for this one.
   */
  get(question: Question, standing: Generations | null, asker: Cancellation, compute: Compute): Promise<Answered>;
  /** What answers take in the memory of this process. */
  bytesKept(): number;
}

export interface AnswerCacheOptions {
  readonly generations: GenerationReader;
  readonly store: AnswerStore;
  /** Whether `error` says that MySQL is away; one that is only busy or slow is not. */
  readonly isOutage: (error: unknown) => boolean;
  /** Whether `error` says that there was no answer in time, for that reason or another. */
  readonly isUnanswered: (error: unknown) => boolean;
  readonly memoryBytesMax?: number;
}

export function createAnswerCache({
  generations,
  store,
  isOutage,
  isUnanswered,
  memoryBytesMax = limits.answersMemoryBytesMax,
}: AnswerCacheOptions): AnswerCache {
  const memory = createKeptAnswers(memoryBytesMax);
  const flights = createFlights<Answered>();
  const sharing = createAllowance(limits.answersSharedPerSecondMax);
  const sharingUnasked = createAllowance(limits.unaskedAnswersSharedPerSecondMax);
  const breaker = createBreaker();

  const look: AnswerCache["look"] = (question, tell) => {
    const { ask, tags } = question;
    const kept = memory.of(question);
    const isInVain = kept === undefined || performance.now() - kept.madeAtMs >= ask.lifetimeMs;
    const told = (standing: Generations | null): void => {
      // Another may have been kept meanwhile.
      const answer = freshIn(kept, ask, standing) ?? freshIn(memory.of(question), ask, standing);
      tell(answer, standing);
      if (answer === null && !isInVain) markAsked(tags, standing);
      // It is asked for again: now at the latest others should have it.
      if (answer?.isStored === false && performance.now() - answer.madeAtMs < ask.lifetimeMs / 2)
        share(question, answer);
    };
    generations.read(tags, told, isInVain);
  };

  /** By whoever has only now seen that his answer is old: the next one shares what he computes. */
  const markAsked = (tags: Question["tags"], standing: Generations | null): void => {
    if (standing === null || standing.isOpen || demandFor(standing) !== "first") return;
    generations.mark(ASKED, tags, standing.values);
  };

  /** Since MySQL was away the last time, all but one in a while: that one finds out. */
  const doesWithout = (): boolean => {
    if (!breaker.isDoubtful()) return false;
    if (breaker.isResting()) return true;
    breaker.rest();
    return false;
  };

  const get: AnswerCache["get"] = async (question, standing, asker, compute) => {
    const { ask } = question;
    if (doesWithout()) {
      const instead = insteadOf(memory.of(question), ask, standing);
      if (instead !== null) return { answer: instead, source: "outage" };
    }
    try {
      return await getNow(question, standing, asker, compute);
    } catch (error) {
      // While MySQL is away its readers stand in each other's way: who was refused for that is helped as well.
      if (!isOutage(error) && !(breaker.isDoubtful() && isUnanswered(error))) throw error;
      const instead = insteadOf(memory.of(question), ask, standing) ?? (await storedInsteadOf(ask, standing));
      if (instead !== null) return { answer: instead, source: "outage" };
      if (breaker.isOpen() || !isTellable(memory.of(question), ask)) throw error;
      return await getAgain(question, standing, asker, compute);
    }
  };

  const getNow: AnswerCache["get"] = async (question, standing, asker, compute) => {
    const computing: Compute = async (shared) => {
      const beganAtMs = performance.now();
      try {
        const computed = await compute(shared);
        if (computed !== null) breaker.close();
        return computed;
      } catch (error) {
        if (isOutage(error)) breaker.countOutage(beganAtMs);
        throw error;
      }
    };
    if (standing === null || standing.isOpen) return uncached(await computing(asker));
    return join(question, standing, asker, computing);
  };

  /** What has run out is told only where MySQL is away for certain: where it does not answer the second time either. */
  const getAgain: AnswerCache["get"] = async (question, standing, asker, compute) => {
    try {
      return await getNow(question, standing, asker, compute);
    } catch (error) {
      const instead = insteadOf(memory.of(question), question.ask, standing);
      if (instead === null) throw error;
      return { answer: instead, source: "outage" };
    }
  };

  /** Only a flight under the same generations, which this request has read after it arrived. */
  const join = async (
    question: Question,
    standing: Generations,
    asker: Cancellation,
    compute: Compute,
  ): Promise<Answered> => {
    const key = flightKey(question, standing);
    const { landed, isJoined } = flights.board(key, asker, (shared) => fill(question, standing, shared, compute));
    if (!isJoined) return landed;
    const { answer } = await landed;
    return { answer, source: answer === null ? "uncached" : "flight" };
  };

  const fill = async (
    question: Question,
    standing: Generations,
    shared: Cancellation,
    compute: Compute,
  ): Promise<Answered> => {
    const { ask } = question;
    const demand = demandFor(standing);
    const stored = demand === "shared" ? await storedUnder(ask.key, standing) : null;
    if (stored !== null && performance.now() - stored.madeAtMs < ask.lifetimeMs) {
      return { answer: stored, source: "redis" };
    }
    const computed = await compute(shared);
    if (computed === null) return { answer: null, source: "computed" };
    const answer = answerBytes(computed.json);
    // As old as its first reading, and under what stood before that: whatever changed since has made it old already.
    const kept = memory.keep(ask.key, answer, standing, { madeAtMs: computed.readAtMs, isStored: false });
    // While there is time for it others have it from the first; else once somebody asks again.
    if (demand !== "first" || sharingUnasked.take()) share(question, kept);
    return { answer: kept, source: "computed" };
  };

  /** What another process has put there, also where nobody has asked for it lately. */
  const storedInsteadOf = async (ask: AnswerAsk, standing: Generations | null): Promise<KeptAnswer | null> => {
    const stored = standing === null ? null : await storedUnder(ask.key, standing);
    return insteadOf(stored ?? undefined, ask, standing);
  };

  /** While MySQL is away: one that still holds, or, where that is certain, one for everybody that has run out lately. */
  const insteadOf = (kept: KeptAnswer | undefined, ask: AnswerAsk, standing: Generations | null): KeptAnswer | null => {
    if (kept === undefined) return null;
    const holds = standing !== null && !standing.isOpen && isUnder(kept, standing);
    if (holds && performance.now() - kept.madeAtMs < limits.outageAnswerMs) return kept;
    return breaker.isOpen() && isTellable(kept, ask) ? kept : null;
  };

  /** Keeps it too, also where it has run out: it is what can be told should MySQL be away. */
  const storedUnder = async (key: string, standing: Generations): Promise<KeptAnswer | null> => {
    const stored = await store.get(key);
    if (stored === null || stored.generations !== generationsText(standing)) return null;
    return memory.keep(key, stored, standing, { madeAtMs: performance.now() - stored.ageMs, isStored: true });
  };

  /** Unless too much is shared just now: then when it is asked for again. */
  const share = ({ ask: { key }, tags }: Question, kept: KeptAnswer): void => {
    if (!sharing.take()) return;
    kept.isStored = true;
    const { bytes, etag, generations: values, madeAtMs } = kept;
    store.set(key, { bytes, etag, generations: generationsText({ values }), ageMs: performance.now() - madeAtMs });
    generations.mark(SHARED, tags, values);
  };

  const questionOf = (ask: AnswerAsk): Question => ({ ask, tags: generations.tagsOf(ask.tags), entry: undefined });

  const isOnItsOwn: AnswerCache["isOnItsOwn"] = (question, standing) => {
    if (standing === null || standing.isOpen || breaker.isDoubtful()) return false;
    return demandFor(standing) === "first" && !flights.has(flightKey(question, standing));
  };

  const keptUnder: AnswerCache["keptUnder"] = (question, standing) =>
    freshIn(memory.of(question), question.ask, standing);

  return { questionOf, look, isOnItsOwn, keptUnder, get, bytesKept: () => memory.bytes() };
}

/** Equal texts, same question of the same asker under the same generations. */
function flightKey({ ask }: Question, standing: Generations): string {
  return `${ask.key} ${generationsText(standing)}`;
}

/** Of the tags; the epoch has no mark. */
function demandFor({ values: [, ...ofTags] }: Generations): Demand {
  return demandUnder(ofTags);
}

function uncached(computed: ComputedAnswer | null): Answered {
  if (computed === null) return { answer: null, source: "uncached" };
  return { answer: { ...answerBytes(computed.json), madeAtMs: computed.readAtMs }, source: "uncached" };
}
