// What GET /metrics prints: this process's own metrics, or those of all processes on this port where there are
// several. Whoever is asked asks the primary, which asks all of them and adds up what comes: one that dies
// meanwhile, or hangs, is left out.

import cluster, { type Worker } from "node:cluster";
import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue, type Registry } from "prom-client";
import { withDeadline } from "./deadline.ts";
import { limits } from "./limits.ts";

/** Text in Prometheus form. */
export type MetricsText = () => Promise<string>;

type Values = MetricObjectWithValues<MetricValue<string>>[];

/** What goes between an API process and its primary; `id` is that of whoever asks. */
type Message =
  | { readonly kind: "ask for sum"; readonly id: number }
  | { readonly kind: "sum"; readonly id: number; readonly text: string }
  | { readonly kind: "ask for metrics"; readonly id: number }
  | { readonly kind: "metrics"; readonly id: number; readonly values: Values };

export function createMetricsText(registry: Registry): MetricsText {
  if (!cluster.isWorker) return () => registry.metrics();
  const waiting = new Map<number, (text: string) => void>();
  let lastId = 0;
  process.on("message", (message: Message) => {
    if (message.kind === "sum") waiting.get(message.id)?.(message.text);
    else if (message.kind === "ask for metrics") void tellOwn(registry, message.id);
  });
  return async () => {
    lastId += 1;
    const id = lastId;
    const sum = new Promise<string>((resolve) => waiting.set(id, resolve));
    tellPrimary({ kind: "ask for sum", id });
    try {
      return await withDeadline(sum, limits.clusterSumMs, () => new Error("the primary did not answer"));
    } catch {
      // Our own are better than none.
      return await registry.metrics();
    } finally {
      waiting.delete(id);
    }
  };
}

/** The primary's side: answers its processes from now on, with the sum over `serving`. */
export function answerWithSums(serving: () => Iterable<Worker>): void {
  let round: Promise<string> = Promise.resolve("");
  let nextRound: Promise<string> | null = null;
  // Whoever asks during a round waits for the next one, with all others that do: what was counted before
  // it asked is in it, and no more than two rounds are ever under way or waiting.
  const sum = (): Promise<string> => {
    nextRound ??= round.then(() => {
      nextRound = null;
      round = sumOver(serving());
      return round;
    });
    return nextRound;
  };
  cluster.on("message", (asker, message: Message) => {
    if (message.kind !== "ask for sum") return;
    void sum().then((text) => tell(asker, { kind: "sum", id: message.id, text }));
  });
}

async function tellOwn(registry: Registry, id: number): Promise<void> {
  tellPrimary({ kind: "metrics", id, values: await registry.getMetricsAsJSON() });
}

function tellPrimary(message: Message): void {
  // Gone: then this process ends as well.
  process.send?.(message, undefined, undefined, () => undefined);
}

let lastRoundId = 0;

async function sumOver(workers: Iterable<Worker>): Promise<string> {
  lastRoundId += 1;
  const id = lastRoundId;
  const values = await Promise.all(Array.from(workers, (worker) => metricsOf(worker, id)));
  return AggregatorRegistry.aggregate(values.filter((known) => known !== null)).metrics();
}

/** Null from one that ended, or did not answer in time. */
async function metricsOf(worker: Worker, id: number): Promise<Values | null> {
  let stopListening = (): void => undefined;
  const answered = new Promise<Values | null>((resolve) => {
    const onMessage = (message: Message): void => {
      if (message.kind === "metrics" && message.id === id) resolve(message.values);
    };
    const onEnd = (): void => resolve(null);
    worker.on("message", onMessage);
    worker.on("exit", onEnd);
    stopListening = () => {
      worker.off("message", onMessage);
      worker.off("exit", onEnd);
    };
  });
  tell(worker, { kind: "ask for metrics", id });
  try {
    return await withDeadline(answered, limits.clusterMetricsMs, () => new Error("it did not answer"));
  } catch {
    return null;
  } finally {
    stopListening();
  }
}

function tell(worker: Worker, message: Message): void {
  // One that has just ended hears nothing.
  if (worker.isConnected()) worker.send(message, undefined, undefined, () => undefined);
}
