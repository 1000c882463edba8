// Which lane a request takes, and how it ends. A registered operation takes the fast lane; everything
// else, and every error but an outage, takes the Yoga lane. An answer of the cache is told at once; whatever
// else is done for a request has a deadline and is over when its client goes: what has not begun then never does.

import type { IncomingMessage, ServerResponse } from "node:http";
import { GraphQLError, type ExecutionResult } from "graphql";
import type { AutomaticDocumentStore } from "../cache/automatic-document.ts";
import type { AnswerCache } from "../cache/answers.ts";
import type { DatedAnswer } from "../cache/kept-answers.ts";
import type { GenerationReader } from "../cache/generations.ts";
import { createContext, type Context, type Services } from "../context.ts";
import { codeOf, persistedQueryNotFound } from "../errors.ts";
import type { CatalogueReading } from "../loaders/kept-rows.ts";
import { createMemo } from "../loaders/memo.ts";
import type { RegisteredOperation } from "../operations/registry.ts";
import type { Cancellation } from "../runtime/cancellation.ts";
import { limits } from "../runtime/limits.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { Admission } from "./admission.ts";
import { sendCached, type Cached } from "./cached-answer.ts";
import { computed } from "./computed-answer.ts";
import type { FastAnswer, FastLane } from "./fast-lane.ts";
import type { KnownQuestions } from "./known-questions.ts";
import { KnownRequest, type KnownRequests } from "./known-requests.ts";
import { Miss, type KnownQuestion, type MissEndings, type MissedQuestion } from "./miss.ts";
import { metersOf } from "./operation-meters.ts";
import { outageOf, outageOfWrite } from "./outage.ts";
import { worked, type Passage, type WorkedPassage } from "./passage.ts";
import type { PersistedOperations } from "./persisted-operations.ts";
import { refuse } from "./refusal.ts";
import type { RequestFacts } from "./request-facts.ts";
import { addressWithQuery, type RequestParams } from "./request-params.ts";

/** Answers a request; finds the parameters of a POST already parsed in `request.body`. */
export type YogaLane = (request: IncomingMessage, response: ServerResponse, facts: RequestFacts) => unknown;

export interface Lanes {
  /**
   * Answers a request whose parameters are right by themselves, and which said them by `text`. Throws what to
   * refuse it with, or hands that to `onRefused` where it turns out later.
   */
  take(passage: Passage, params: RequestParams, text: string, onRefused: (reason: unknown) => void): void;
  /** The same for one that has been judged before. */
  takeKnown(passage: Passage, known: KnownRequest, onRefused: (reason: unknown) => void): void;
}

export interface LanesOptions {
  readonly services: Services;
  readonly persistedOperations: PersistedOperations;
  readonly automaticDocuments: AutomaticDocumentStore;
  readonly fastLane: FastLane;
  readonly answers: AnswerCache;
  readonly generations: GenerationReader;
  readonly knownRequests: KnownRequests;
  readonly knownQuestions: KnownQuestions;
  readonly admission: Admission;
  readonly yogaLane: YogaLane;
  readonly metrics: Metrics;
  /** From a request's parameters to its answer. */
  readonly requestMs: number;
}

type LaneFacts = Pick<RequestFacts, "automaticDocument" | "executed" | "isAdmitted">;

export function createLanes(options: LanesOptions): Lanes {
  const { persistedOperations, automaticDocuments, fastLane, yogaLane, answers, requestMs } = options;

  const endings: MissEndings = {
    tell: (asked, answer) => tell(options, asked.passage, asked, answer),
    compute({ passage, known, question, standing, onRefused }, leftMs, refusal) {
      const asked = { question, standing, refusal };
      void takeFastLane(options, worked(passage, leftMs), known, asked).catch(onRefused);
    },
    refuse: ({ passage, known }, reason) => refuseOutage(options.metrics, passage, known.operation, reason),
  };

  /** Nothing is set up for a hit but its answer. */
  const lookFor = (passage: Passage, asked: KnownQuestion, onRefused: (reason: unknown) => void): void => {
    answers.look(asked.question, (answer, standing) => {
      try {
        if (answer !== null) tell(options, passage, asked, answer);
        else new Miss(options, endings, { ...asked, passage, standing, onRefused }).settle();
      } catch (thrown) {
        onRefused(thrown);
      }
    });
  };

  const takeKnown = (
    passage: Passage,
    known: KnownRequest,
    onRefused: (reason: unknown) => void,
    newText: string | null = null,
  ): void => {
    const question = known.questionOf(passage.viewer, options.knownQuestions);
    if (question === null) void takeFastLane(options, worked(passage, requestMs), known, null).catch(onRefused);
    else lookFor(passage, { known, question, newText }, onRefused);
  };

  return {
    take(passage, params, text, onRefused) {
      const named = persistedOperations.resolve(params);
      if (named.kind === "registered" && isFast(named.operation, params, passage)) {
        const { operation } = named;
        const prepared = fastLane.prepare(operation, params["variables"]);
        if (prepared === null) takeYogaLane(yogaLane, worked(passage, requestMs), { ...params, query: operation.body });
        else if (prepared.plan === null) {
          takeFastLane(options, worked(passage, requestMs), { operation, params, prepared }, null).catch(onRefused);
        } else {
          const known = new KnownRequest(operation, params, prepared, prepared.plan);
          takeKnown(passage, known, onRefused, text);
        }
        return;
      }
      const working = worked(passage, requestMs);
      if (named.kind === "automatic") {
        automaticDocuments
          .get(named.hash)
          .then((query) => {
            if (query === null) throw persistedQueryNotFound();
            takeYogaLane(yogaLane, working, { ...params, query });
          })
          .catch(onRefused);
      } else if (named.kind === "adHoc") {
        const facts = named.automatic === null ? {} : { automaticDocument: named.automatic };
        takeYogaLane(yogaLane, working, params, facts);
      } else takeYogaLane(yogaLane, working, { ...params, query: named.operation.body });
    },
    takeKnown,
  };
}

/** The whole of what the fast lane understands; anything else about a request is the Yoga lane's. */
function isFast(operation: RegisteredOperation, { operationName }: RequestParams, { request }: Passage): boolean {
  // A write by GET is refused, in the words of the other lane.
  if (operation.type !== "query" && (operation.type !== "mutation" || request.method !== "POST")) return false;
  return operationName === undefined || operationName === null || operationName === operation.name;
}

function tell(
  { knownRequests, metrics }: LanesOptions,
  passage: Passage,
  { known, newText }: KnownQuestion,
  answer: DatedAnswer,
): void {
  const { operation, plan } = known;
  sendCached(passage, { plan, answer });
  // Not the first time that somebody asks it: what is asked once need not be remembered.
  if (newText !== null && newText.length <= limits.knownRequestCharactersMax) knownRequests.set(newText, known);
  metersOf(metrics, operation.name).hit();
  countAnswer(metrics, passage, operation);
}

function takeFastLane(
  options: LanesOptions,
  passage: WorkedPassage,
  { operation, params, prepared }: Pick<KnownRequest, "operation" | "params" | "prepared">,
  asked: (Pick<MissedQuestion, "question" | "standing"> & { readonly refusal: Error | null }) | null,
): Promise<void> {
  const { yogaLane, metrics, answers } = options;
  const { cancellation } = passage;
  const isWrite = operation.type === "mutation";
  // Not had by those who waited for somebody else's computation: they may be many.
  let isAdmitted = false;
  const execute = (shared: Cancellation, catalogue: CatalogueReading | null) => {
    isAdmitted = true;
    return prepared.run(contextOf(options, passage, shared, catalogue));
  };
  const fallThrough = (facts: LaneFacts = {}) =>
    takeYogaLane(yogaLane, passage, { ...params, query: operation.body }, { isAdmitted, ...facts });
  const { plan } = prepared;
  const answered =
    plan !== null && asked !== null
      ? answers
          .get(asked.question, asked.standing, cancellation, (shared) =>
            asked.refusal === null
              ? computed(options, { execute, ask: asked.question.ask }, shared)
              : Promise.reject(asked.refusal),
          )
          .then(({ answer, source }) => {
            metrics.answers.inc({ source });
            return answer === null ? null : { plan, answer };
          })
      : run(options, isWrite, cancellation, () => execute(cancellation, null));
  return cancellation.race<FastAnswer | Cached>(answered).then(
    (answer) => {
      if (answer === null) fallThrough();
      else if (typeof answer === "string") sendAnswer(metrics, passage, operation, answer);
      else if (answer instanceof GraphQLError) refuseOutage(metrics, passage, operation, answer);
      else if ("plan" in answer) {
        sendCached(passage, answer);
        countAnswer(metrics, passage, operation);
      } else fallThrough(answer);
    },
    (thrown: unknown) => {
      // Compiled code that throws is a bug; the Yoga lane says so the way it says it of everything.
      const outage = outageOf(thrown);
      if (outage === null) fallThrough(isWrite ? { executed: failed(thrown) } : {});
      else refuseOutage(metrics, passage, operation, isWrite ? (outageOfWrite(outage) as GraphQLError) : outage);
    },
  );
}

/** Reads are admitted; writes have a bound of their own. */
function run<T>(
  { admission }: LanesOptions,
  isWrite: boolean,
  request: Cancellation,
  execute: () => Promise<T>,
): Promise<T> {
  return isWrite ? execute() : admission.run(execute, request);
}

/** For a request, or for a computation that several requests wait for and whose end is none of theirs. */
function contextOf(
  { services }: LanesOptions,
  { request, viewer }: Passage,
  cancellation: Cancellation,
  catalogue: CatalogueReading | null,
): Context {
  const idempotencyKey = idempotencyKeyOf(request);
  return createContext(services, { viewer, memo: createMemo(cancellation, catalogue), cancellation, idempotencyKey });
}

/** Yoga reads `body` where a server has parsed it already, and the address of a GET. */
function takeYogaLane(
  yogaLane: YogaLane,
  { request, response, mediaType, viewer, cancellation }: WorkedPassage,
  params: RequestParams,
  facts: LaneFacts = {},
): void {
  response.setHeader("Cache-Control", "no-store");
  const { documentId: _, ...plain } = params;
  request.headers.accept = mediaType;
  // It has said all it had to say; in Yoga it would become a part of the address that is read.
  request.headers.host = "localhost";
  // Judged already, and Yoga reads fewer spellings of it.
  if (request.method === "POST") request.headers["content-type"] = "application/json";
  // An empty object would look unread to Yoga, which would then wait for a body that has been read.
  if (request.method === "POST") Object.assign(request, { body: { query: null, ...plain } });
  else request.url = addressWithQuery(request.url ?? "", plain["query"]);
  yogaLane(request, response, { viewer, cancellation, idempotencyKey: idempotencyKeyOf(request), ...facts });
}

/** What a write that threw is to the Yoga lane: an execution that failed, and is not run again. */
function failed(thrown: unknown): ExecutionResult {
  return { errors: [new GraphQLError("failed", { originalError: thrown as Error })] };
}

function idempotencyKeyOf({ headers }: IncomingMessage): string | null {
  return (headers["idempotency-key"] as string | undefined) ?? null;
}

function sendAnswer(metrics: Metrics, passage: Passage, operation: RegisteredOperation, json: string): void {
  const { response, mediaType } = passage;
  response.writeHead(200, {
    "Content-Type": `${mediaType}; charset=utf-8`,
    "Content-Length": Buffer.byteLength(json),
    "Cache-Control": "no-store",
  });
  // As text: Node then sends head and body in one write.
  response.end(json);
  countAnswer(metrics, passage, operation);
}

function countAnswer(metrics: Metrics, { startedAtMs }: Passage, { name }: RegisteredOperation): void {
  const { answered, observeSeconds } = metersOf(metrics, name);
  answered();
  observeSeconds((performance.now() - startedAtMs) / 1000);
}

/** To nobody where the client is what has gone. */
function refuseOutage(
  metrics: Metrics,
  { response, mediaType, startedAtMs }: Passage,
  { name }: RegisteredOperation,
  outage: GraphQLError,
): void {
  refuse(response, outage, mediaType);
  metrics.requests.inc({ operation: name, outcome: codeOf(outage) });
  metrics.requestSeconds.observe(name, (performance.now() - startedAtMs) / 1000);
}
