// What is counted of one registered operation, request by request.

import type { Observe } from "../runtime/duration-histogram.ts";
import type { Metrics } from "../runtime/metrics.ts";
import { createTally, type Tally } from "../runtime/tally.ts";

/** Of one operation. */
export interface OperationMeters {
  readonly answered: Tally;
  readonly hit: Tally;
  readonly observeSeconds: Observe;
}

/** Looked up by labels once for each registered operation, and not for each request. */
export function metersOf(metrics: Metrics, operation: string): OperationMeters {
  let meters = metersByMetrics.get(metrics);
  if (meters === undefined) metersByMetrics.set(metrics, (meters = new Map()));
  let ofOperation = meters.get(operation);
  if (ofOperation === undefined) {
    ofOperation = {
      answered: createTally(metrics.requests, { operation, outcome: "ok" }),
      hit: createTally(metrics.answers, { source: "memory" }),
      observeSeconds: metrics.requestSeconds.of(operation),
    };
    meters.set(operation, ofOperation);
  }
  return ofOperation;
}

type Meters = Map<string, OperationMeters>;

const metersByMetrics = new WeakMap<Metrics, Meters>();
