// What known requests ask for, by request and asker: of an operation on `viewer` one text is everybody's, and each of its
// askers comes back for an answer of his own. A request that only one asks keeps its question itself, and takes no place
// here.

import type { AnswerCache } from "../cache/answers.ts";
import type { Question } from "../cache/kept-answers.ts";
import type { Viewer } from "../context.ts";
import { BoundedMap } from "../runtime/bounded-map.ts";
import { limits } from "../runtime/limits.ts";
import type { CachePlan } from "./cache-plan.ts";

/** A request as far as its text says it. */
export interface JudgedRequest {
  /** Of this process, and of no other request. */
  readonly number: number;
  readonly plan: CachePlan;
  readonly prepared: { readonly variables: Readonly<Record<string, unknown>> };
}

export interface KnownQuestions {
  /** Null where such an answer is not cached. */
  of(request: JudgedRequest, viewer: Viewer | null): Question | null;
  /** The same for a request that several ask: always one question while its asker comes back for it. */
  ofSeveral(request: JudgedRequest, viewer: Viewer | null): Question | null;
}

export function createKnownQuestions({ questionOf }: Pick<AnswerCache, "questionOf">): KnownQuestions {
  const remembered = new BoundedMap<string, Question>({ weightMax: limits.questionsRememberedMax });
  const of: KnownQuestions["of"] = ({ plan, prepared }, viewer) => {
    const ask = plan.askOf(prepared.variables, viewer);
    return ask === null ? null : questionOf(ask);
  };
  return {
    of,
    ofSeveral(request, viewer) {
      const key = `${request.number} ${askerText(viewer)}`;
      const known = remembered.get(key);
      if (known !== undefined) return known;
      const question = of(request, viewer);
      if (question !== null) remembered.set(key, question);
      return question;
    },
  };
}

/** The same for all tokens of one asker. */
function askerText(viewer: Viewer | null): string {
  if (viewer === null) return "";
  return viewer.role === "player" ? String(viewer.playerId) : `${viewer.role}/${viewer.subject}`;
}
