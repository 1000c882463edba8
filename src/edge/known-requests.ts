// Requests for cached answers, remembered by their text. An app asks the same again and again, to the byte: what its
// parameters say, which operation they name, whether its variables fit and what it costs are judged once. Who asks is
// judged each time, before; and so is everything that headers say.

import type { Question } from "../cache/kept-answers.ts";
import type { Viewer } from "../context.ts";
import type { RegisteredOperation } from "../operations/registry.ts";
import { BoundedMap } from "../runtime/bounded-map.ts";
import { limits } from "../runtime/limits.ts";
import type { CachePlan } from "./cache-plan.ts";
import type { PreparedRequest } from "./fast-lane.ts";
import type { KnownQuestions } from "./known-questions.ts";
import type { RequestParams } from "./request-params.ts";

/** A request whose answer is cached, as far as its text alone says it. */
export class KnownRequest {
  static #made = 0;
  /** No other of this process has it. */
  readonly number = (KnownRequest.#made += 1);
  readonly operation: RegisteredOperation;
  readonly params: RequestParams;
  readonly prepared: PreparedRequest;
  readonly plan: CachePlan;
  #asker: Viewer | null = null;
  #question: Question | null | undefined;

  constructor(operation: RegisteredOperation, params: RequestParams, prepared: PreparedRequest, plan: CachePlan) {
    this.operation = operation;
    this.params = params;
    this.prepared = prepared;
    this.plan = plan;
  }

  /** What it asks for when `viewer` asks; null where such an answer is not cached. */
  questionOf(viewer: Viewer | null, questions: KnownQuestions): Question | null {
    const asker = this.plan.isShareable ? null : viewer;
    // Nearly always the same player asks in the same words. One token, one viewer (authenticate.ts).
    if (this.#question === undefined) this.#question = questions.of(this, asker);
    else if (this.#asker !== asker) this.#question = questions.ofSeveral(this, asker);
    this.#asker = asker;
    return this.#question;
  }
}

export interface KnownRequests {
  /** By the address of a GET or the body of a POST. */
  get(text: string): KnownRequest | undefined;
  set(text: string, request: KnownRequest): void;
}

/** What one weighs: its text as it came and as parsed, variables, the question that they make and its tags. */
const weightOf = (text: string): number => 1_400 + 6 * text.length;

export function createKnownRequests(): KnownRequests {
  return new BoundedMap<string, KnownRequest>({ weightMax: limits.knownRequestsBytesMax, weightOf });
}
