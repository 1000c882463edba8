// Every metric of the process, in one registry: GET /metrics prints it. Labels come from closed
// sets (registered operation names, loader names, error codes), so that no client can grow it.

import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import { DurationHistogram } from "./duration-histogram.ts";

export interface Metrics {
  readonly registry: Registry;
  /** GraphQL requests by operation and outcome (`ok` or the first error's code). */
  readonly requests: Counter<"operation" | "outcome">;
  /** Seconds from the parsed request to its result, by operation. */
  readonly requestSeconds: DurationHistogram;
  /** Keys per dispatched batch, by loader. */
  readonly batchKeys: Histogram<"loader">;
  /** Keys that a loader holds and has not dispatched. */
  readonly keysWaiting: Gauge<"loader">;
  /** Statements sent to MySQL, by outcome. */
  readonly statements: Counter<"outcome">;
  /** Seconds from handing a statement to the pool to its result. */
  readonly statementSeconds: Histogram;
  /** Commands to the cache Redis that failed or were late, by what they were for. */
  readonly cacheFailures: Counter<"purpose">;
  /** Commands that wait for a group. */
  readonly commandsWaiting: Gauge;
  /** Commands per group. */
  readonly groupCommands: Histogram;
  /** Seconds from sending a group to its answer. */
  readonly groupSeconds: Histogram;
  /** Groups whose transaction failed, by cause: contention, outage, other. */
  readonly groupFailures: Counter<"cause">;
  /** Rows that the worker deleted because they were old. */
  readonly purgedRows: Counter;
  /** Reads that are being computed, none of them from the cache; set when read. */
  readonly readsInFlight: Gauge;
  readonly readsWaiting: Gauge;
  /** Calls that open or close tags and that Redis did not confirm. */
  readonly fenceFailures: Counter;
  /** Tags whose closing Redis has not confirmed yet. */
  readonly fenceOwed: Gauge;
  /** Bytes of cached answers in the memory of the process; set when read. */
  readonly answerBytes: Gauge;
  /** Requests of cacheable operations, by where their answer came from. */
  readonly answers: Counter<"source">;
  /** Connections of the pool by state; set when read. */
  readonly poolConnections: Gauge<"state">;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    requests: new Counter({
      name: "satchel_requests_total",
      help: "GraphQL requests by operation and outcome.",
      labelNames: ["operation", "outcome"],
      registers,
    }),
    requestSeconds: new DurationHistogram({
      name: "satchel_request_duration_seconds",
      help: "Time from the parsed request to its result.",
      labelName: "operation",
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registry,
    }),
    batchKeys: new Histogram({
      name: "satchel_batch_keys",
      help: "Keys per dispatched loader batch.",
      labelNames: ["loader"],
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
      registers,
    }),
    keysWaiting: new Gauge({
      name: "satchel_loader_keys_waiting",
      help: "Keys collected by a loader and not yet dispatched.",
      labelNames: ["loader"],
      registers,
    }),
    statements: new Counter({
      name: "satchel_statements_total",
      help: "Statements sent to MySQL by outcome.",
      labelNames: ["outcome"],
      registers,
    }),
    statementSeconds: new Histogram({
      name: "satchel_statement_duration_seconds",
      help: "Time from handing a statement to the pool to its result.",
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    cacheFailures: new Counter({
      name: "satchel_cache_failures_total",
      help: "Commands to the cache Redis that failed or were late, by purpose.",
      labelNames: ["purpose"],
      registers,
    }),
    commandsWaiting: new Gauge({
      name: "satchel_commands_waiting",
      help: "Writes that wait for a group.",
      registers,
    }),
    groupCommands: new Histogram({
      name: "satchel_group_commands",
      help: "Writes per group commit.",
      buckets: [1, 2, 5, 10, 20, 50, 100, 200],
      registers,
    }),
    groupSeconds: new Histogram({
      name: "satchel_group_duration_seconds",
      help: "Time from sending a group commit to its answer.",
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    groupFailures: new Counter({
      name: "satchel_group_failures_total",
      help: "Group commits whose transaction failed, by cause.",
      labelNames: ["cause"],
      registers,
    }),
    purgedRows: new Counter({
      name: "satchel_purged_rows_total",
      help: "Rows deleted because they were old.",
      registers,
    }),
    fenceFailures: new Counter({
      name: "satchel_fence_failures_total",
      help: "Invalidations of cached answers that Redis did not confirm in time.",
      registers,
    }),
    readsInFlight: new Gauge({
      name: "satchel_reads_in_flight",
      help: "Reads that are being computed.",
      registers,
    }),
    readsWaiting: new Gauge({
      name: "satchel_reads_waiting",
      help: "Reads that wait for their turn to be computed.",
      registers,
    }),
    fenceOwed: new Gauge({
      name: "satchel_fence_owed_tags",
      help: "Tags whose invalidation Redis has not confirmed yet.",
      registers,
    }),
    answerBytes: new Gauge({
      name: "satchel_cache_memory_bytes",
      help: "Bytes of cached answers in the memory of the process.",
      registers,
    }),
    answers: new Counter({
      name: "satchel_cache_answers_total",
      help: "Answers of cacheable operations by source.",
      labelNames: ["source"],
      registers,
    }),
    poolConnections: new Gauge({
      name: "satchel_pool_connections",
      help: "Connections of the MySQL pool by state, and requests waiting for one.",
      labelNames: ["state"],
      registers,
    }),
  };
}
