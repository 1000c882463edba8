// The first of several API processes on one port: it forks the others, puts new ones in the place of those that
// end, replaces all of them one after the other on SIGHUP, and adds up their metrics. It takes no connection
// itself: the system hands them to whoever accepts next, so nothing goes through one process.

import cluster, { type Worker } from "node:cluster";
import { setTimeout as delay } from "node:timers/promises";
import type { Config } from "./config.ts";
import { answerWithSums } from "./runtime/cluster-metrics.ts";
import { limits } from "./runtime/limits.ts";
import type { Logger } from "./runtime/logger.ts";

/** An API process did not come up; where it could, it has said why itself. */
export class StartError extends Error {
  constructor(endedBy: string) {
    super(`an API process ended before it listened (${endedBy})`);
    this.name = "StartError";
  }
}

/** Resolves once all listen, and goes on until told to stop; exits the process then. Rejects where one does not come up. */
export async function runPrimary({
  config,
  logger,
}: {
  readonly config: Config;
  readonly logger: Logger;
}): Promise<void> {
  // Not round robin: the primary would take in every connection and hand it on.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  /** From when they listen until they have ended. */
  const serving = new Set<Worker>();
  const leaving = new Set<Worker>();
  let isStopping = false;

  /** Resolves with the port. Should it end later on, it is replaced, after `pauseMs` if that is soon. */
  const start = async (pauseMs: number = limits.workerRestartMs): Promise<number> => {
    if (isStopping) throw new StartError("all are stopping");
    const worker = cluster.fork();
    // A message to one that has just been killed; its end is noticed by itself.
    worker.on("error", (error) => logger.warn({ reason: error.message }, "an API process could not be told"));
    const startedAtMs = performance.now();
    const port = await listening(worker);
    serving.add(worker);
    worker.once("exit", (code, signal) => {
      serving.delete(worker);
      const isSteady = performance.now() - startedAtMs > limits.workerSteadyMs;
      void replace(worker, { code, signal, pauseMs: isSteady ? limits.workerRestartMs : pauseMs });
    });
    return port;
  };

  const isOneMissing = (): boolean =>
    currentWorkers().filter((worker) => !worker.isDead() && !leaving.has(worker)).length < config.workers;

  /** One that ends by itself is replaced, later and later if its successors do so again and again. */
  const replace = async (
    worker: Worker,
    { code, signal, pauseMs }: { code: number | null; signal: string | null; pauseMs: number },
  ): Promise<void> => {
    if (isStopping || leaving.has(worker)) return;
    logger.error({ code, signal, pauseMs }, "an API process has ended; another takes its place");
    await fill(pauseMs);
  };

  /** Tries until none is missing, each time after a longer pause. */
  const fill = async (firstPauseMs: number): Promise<void> => {
    for (let pauseMs = firstPauseMs; ;) {
      await delay(pauseMs);
      if (isStopping || !isOneMissing()) return;
      pauseMs = nextPauseMs(pauseMs);
      try {
        await start(pauseMs);
        return;
      } catch (error) {
        if (!isStopping) logger.error({ reason: (error as Error).message, pauseMs }, "an API process did not start");
      }
    }
  };

  /** A new one listens before an old one leaves: at no moment are there fewer. */
  const roll = async (): Promise<void> => {
    logger.info("replacing all API processes");
    for (const worker of currentWorkers()) {
      // What came in the place of one that has ended meanwhile is new already.
      if (worker.isDead()) continue;
      await start();
      leaving.add(worker);
      await ended(worker);
      leaving.delete(worker);
    }
    logger.info("all API processes are new");
  };

  const stop = async (reason: string): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    logger.info({ reason }, "stopping");
    const areGentle = await Promise.all(currentWorkers().map(ended));
    logger.info("stopped");
    process.exit(areGentle.includes(false) ? 1 : 0);
  };
  process.on("SIGTERM", () => void stop("SIGTERM"));
  process.on("SIGINT", () => void stop("SIGINT"));
  process.on("disconnect", () => void stop("the parent process is gone"));
  answerWithSums(() => serving);

  const isUp = (async () => {
    // The first by itself: what ails all of them is then said once.
    const port = await start();
    await Promise.all(Array.from({ length: config.workers - 1 }, () => start()));
    logger.info({ host: config.host, workers: config.workers, port }, "listening");
  })();
  process.on(
    "SIGHUP",
    rollsAfter(isUp, roll, (error) => {
      if (isStopping) return;
      logger.error({ reason: (error as Error).message }, "not all API processes were replaced");
      void fill(limits.workerRestartMs);
    }),
  );
  try {
    await isUp;
  } catch (error) {
    // Whoever told us to stop has also told those that were starting.
    if (isStopping) return;
    isStopping = true;
    await Promise.all(currentWorkers().map(ended));
    throw error;
  }
}

/** Runs `roll` for each call, one at a time and at most one waiting: it replaces all that were there when it began. */
function rollsAfter(isUp: Promise<void>, roll: () => Promise<void>, onFailure: (error: unknown) => void): () => void {
  let last = isUp.catch(() => undefined);
  let isOneWaiting = false;
  return () => {
    if (isOneWaiting) return;
    isOneWaiting = true;
    last = last
      .then(() => {
        isOneWaiting = false;
        return roll();
      })
      .catch(onFailure);
  };
}

/** After a pause that was not long enough. */
export function nextPauseMs(pauseMs: number): number {
  return Math.min(pauseMs * 2, limits.workerRestartMsMax);
}

function currentWorkers(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
}

/** Resolves with its port; rejects when it ends before. What a start waits for has deadlines of its own. */
function listening(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.once("listening", ({ port }) => resolve(port));
    worker.once("exit", (code, signal) => reject(new StartError(signal ?? `exit code ${code}`)));
  });
}

/** Asks it to leave; resolves when it has ended, with whether it did so by itself. */
function ended(worker: Worker): Promise<boolean> {
  if (worker.isDead()) return Promise.resolve(true);
  return new Promise((resolve) => {
    const impatience = setTimeout(() => worker.process.kill("SIGKILL"), limits.workerLeaveMs);
    worker.once("exit", (_, signal) => {
      clearTimeout(impatience);
      resolve(signal !== "SIGKILL");
    });
    worker.process.kill("SIGTERM");
  });
}
