// A cached question to which this process has no answer. It is computed at once where there is room, and else waits for
// its turn. Thousands may, and whatever is set up for one that waits is copied about by the collector meanwhile, which
// took a quarter of the time: so nothing is set up before its turn, as long as nobody but the line can help it.

import type { GraphQLError } from "graphql";
import type { AnswerCache } from "../cache/answers.ts";
import type { DatedAnswer, Question } from "../cache/kept-answers.ts";
import type { Generations } from "../cache/generations.ts";
import { overloaded } from "../errors.ts";
import { loopAliveMs } from "../runtime/deadline.ts";
import { limits } from "../runtime/limits.ts";
import type { Admission, Outlook, Turn } from "./admission.ts";
import type { KnownRequest } from "./known-requests.ts";
import type { Passage } from "./passage.ts";

/** A cached question, and how it was put. */
export interface KnownQuestion {
  readonly known: KnownRequest;
  readonly question: Question;
  /** Null where it was known by its text already. */
  readonly newText: string | null;
}

export interface MissedQuestion extends KnownQuestion {
  readonly passage: Passage;
  /** While it was looked for. */
  readonly standing: Generations | null;
  readonly onRefused: (reason: unknown) => void;
}

/** How one ends: by one of these. They may throw what to refuse it with. */
export interface MissEndings {
  tell(asked: MissedQuestion, answer: DatedAnswer): void;
  /** In `leftMs` at most; `refusal` is why it must not be computed, where something else may be told instead. */
  compute(asked: MissedQuestion, leftMs: number, refusal: GraphQLError | null): void;
  refuse(asked: MissedQuestion, reason: GraphQLError): void;
}

export interface MissOptions {
  readonly answers: Pick<AnswerCache, "isOnItsOwn" | "keptUnder">;
  readonly admission: Pick<Admission, "outlook" | "enter" | "leave">;
  /** From a request's parameters to its answer. */
  readonly requestMs: number;
}

export class Miss implements Turn {
  readonly #options: MissOptions;
  readonly #endings: MissEndings;
  readonly #asked: MissedQuestion;
  readonly #sinceMs = loopAliveMs();

  constructor(options: MissOptions, endings: MissEndings, asked: MissedQuestion) {
    this.#options = options;
    this.#endings = endings;
    this.#asked = asked;
  }

  /** Ends it now, or later in its turn. */
  settle(): void {
    const { admission, requestMs } = this.#options;
    const outlook = this.#outlook();
    if (outlook === "begins") this.#endings.compute(this.#asked, requestMs, null);
    else if (outlook === "is refused") this.#end(overloaded());
    else {
      const place = admission.enter(this);
      this.#asked.passage.response.on("close", () => admission.leave(place));
    }
  }

  begin(): void {
    this.#end(null);
  }

  refuse(reason: GraphQLError): void {
    this.#end(reason);
  }

  #outlook(): Outlook {
    const { admission, requestMs } = this.#options;
    const outlook = admission.outlook();
    // Asked first, since mostly there is room. Who waits this way has no deadline but the line's own.
    return outlook !== "begins" && requestMs >= limits.readWaitMs && this.#isOnItsOwn() ? outlook : "begins";
  }

  #isOnItsOwn(): boolean {
    const { question, standing } = this.#asked;
    return this.#options.answers.isOnItsOwn(question, standing);
  }

  #end(refusal: GraphQLError | null): void {
    const { question, standing, onRefused } = this.#asked;
    try {
      // Others may have asked the same meanwhile, and been first.
      const answer = this.#options.answers.keptUnder(question, standing);
      if (answer !== null) this.#endings.tell(this.#asked, answer);
      else if (refusal !== null && this.#isOnItsOwn()) this.#endings.refuse(this.#asked, refusal);
      else this.#endings.compute(this.#asked, this.#leftMs(), refusal);
    } catch (thrown) {
      onRefused(thrown);
    }
  }

  #leftMs(): number {
    return this.#options.requestMs - (loopAliveMs() - this.#sinceMs);
  }
}
