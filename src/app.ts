// The one place that wires: settings in, a server out. Nothing else creates a pool, a loader or a
// server, so a test starts the very same thing on a port of its own.

import { setTimeout as delay } from "node:timers/promises";
import { createAutomaticDocumentStore } from "./cache/automatic-document.ts";
import { createCacheRedis, type CacheRedis } from "./cache/redis.ts";
import { createAnswerCache } from "./cache/answers.ts";
import { createAnswerStore } from "./cache/answer-store.ts";
import { createEpoch } from "./cache/epoch.ts";
import { createFence, type Fence } from "./cache/fence.ts";
import { createGenerationReader } from "./cache/generations.ts";
import { keyPrefixOf } from "./cache/keys.ts";
import { createGroupCommit } from "./commands/group-commit.ts";
import { runGroup } from "./commands/group.ts";
import { createStudioCommit } from "./commands/studio-commit.ts";
import { ConfigError, type Config } from "./config.ts";
import { createDatabasePool, type DatabasePool, type StatementListener } from "./database/pool.ts";
import { createPrismaClient } from "./database/prisma-client.ts";
import { brokenServerSettings } from "./database/server-settings.ts";
import { createAdmission } from "./edge/admission.ts";
import { createAuthenticate } from "./edge/authenticate.ts";
import { createFastLane } from "./edge/fast-lane.ts";
import { createFront } from "./edge/front.ts";
import { createKnownQuestions } from "./edge/known-questions.ts";
import { createKnownRequests } from "./edge/known-requests.ts";
import { createLanes } from "./edge/lanes.ts";
import { outageOf } from "./edge/outage.ts";
import { createPersistedOperations } from "./edge/persisted-operations.ts";
import { codeOf } from "./errors.ts";
import { createGraphqlSchema } from "./graphql-schema.ts";
import { createHttpServer } from "./http.ts";
import { createLoaders } from "./loaders/index.ts";
import { registeredOperations } from "./operations/registry.ts";
import { systemClock, type Clock } from "./runtime/clock.ts";
import { createCursors } from "./runtime/cursors.ts";
import { limits } from "./runtime/limits.ts";
import type { Logger } from "./runtime/logger.ts";
import { createMetrics, type Metrics } from "./runtime/metrics.ts";
import { createYogaLane } from "./yoga.ts";

export interface App {
  /** Resolves with the port once requests are accepted. */
  start(): Promise<number>;
  /** Finishes what has arrived, then lets go of everything. */
  stop(): Promise<void>;
  readonly metrics: Metrics;
}

export interface AppOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** From a request's parameters to its answer; `limits.requestMs` where not given. */
  readonly requestMs?: number;
  /** Sees every statement before it is sent. */
  readonly onStatement?: StatementListener;
}

export function createApp({
  config,
  logger,
  clock = systemClock,
  requestMs = limits.requestMs,
  onStatement,
}: AppOptions): App {
  const metrics = createMetrics();
  const pool = createDatabasePool({
    url: config.databaseUrl,
    connectionsMax: config.databasePoolSize,
    purpose: "read",
    metrics,
    onConnectionError: ({ code, message }) => logger.warn({ code, reason: message }, "database connection failed"),
    ...(onStatement === undefined ? {} : { onStatement }),
  });
  showPool(pool, metrics);
  const prisma = createPrismaClient(pool);
  const cacheRedis = openCacheRedis(config, logger);
  const cache = createCache(cacheRedis, metrics, logger);
  const writes = createWrites({
    config,
    metrics,
    logger,
    fence: cache.fence,
    ...(onStatement === undefined ? {} : { onStatement }),
  });
  const services = {
    loaders: createLoaders(pool, prisma, metrics),
    cursors: createCursors(config.cursorKeys),
    clock,
    groupCommit: writes.groupCommit,
    studioCommit: writes.studioCommit,
    rules: config,
  };
  const automaticDocuments = createAutomaticDocumentStore({
    redis: cacheRedis,
    onFailure: () => metrics.cacheFailures.inc({ purpose: "automatic documents" }),
  });
  const schema = createGraphqlSchema();
  const admission = createAdmission();
  Object.assign(metrics.readsInFlight, { collect: () => metrics.readsInFlight.set(admission.inFlight()) });
  Object.assign(metrics.readsWaiting, { collect: () => metrics.readsWaiting.set(admission.waiting()) });
  const knownRequests = createKnownRequests();
  const yogaLane = createYogaLane({ schema, config, services, automaticDocuments, admission, metrics, logger });
  const graphql = createFront({
    authenticate: createAuthenticate({
      keys: config.tokenKeys,
      issuer: config.tokenIssuer,
      audience: config.tokenAudience,
      clock,
    }),
    lanes: createLanes({
      services,
      persistedOperations: createPersistedOperations(registeredOperations, {
        adHocAllowed: config.environment === "development",
      }),
      automaticDocuments,
      fastLane: createFastLane(schema, registeredOperations, logger),
      answers: cache.answers,
      generations: cache.generations,
      knownRequests,
      knownQuestions: createKnownQuestions(cache.answers),
      admission,
      yogaLane,
      metrics,
      requestMs,
    }),
    knownRequests,
    page: config.environment === "development" ? yogaLane : null,
    metrics,
    logger,
  });
  const http = createHttpServer({ graphql, isReady: () => answers(pool), metrics });

  return {
    metrics,
    async start() {
      await Promise.all([untilReachable(pool), cacheRedis.start()]);
      await judgeServerSettings(pool, config, logger);
      await Promise.all([pool.warm(), writes.warm()]);
      return http.listen(config.host, config.port);
    },
    async stop() {
      await http.drain();
      await prisma.$disconnect();
      await writes.stop();
      await cache.stop();
      admission.stop();
      await pool.end();
      cacheRedis.stop();
    },
  };
}

/** Writes have connections of their own, so that reads cannot starve them. */
function createWrites({
  config,
  metrics,
  logger,
  fence,
  onStatement,
}: {
  readonly config: Config;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly fence: Fence;
  readonly onStatement?: StatementListener;
}) {
  const pool = createDatabasePool({
    url: config.databaseUrl,
    connectionsMax: limits.writeConnectionsMax,
    purpose: "write",
    metrics,
    onConnectionError: ({ code, message }) => logger.warn({ code, reason: message }, "database connection failed"),
    ...(onStatement === undefined ? {} : { onStatement }),
  });
  const groupCommit = createGroupCommit({
    run: (commands, options) => runGroup(commands, { pool, fence, ...options }),
    metrics,
  });
  return {
    groupCommit,
    studioCommit: createStudioCommit({ pool, fence }),
    warm: () => pool.warm(),
    async stop() {
      await groupCommit.idle();
      await pool.end();
    },
  };
}

/** Cached answers, and the fence that makes them old. */
function createCache(redis: CacheRedis, metrics: Metrics, logger: Logger) {
  const epoch = createEpoch({ redis });
  const fence = createFence({
    redis,
    epoch,
    onFailure: (error, owedCount, isFirst) => {
      metrics.fenceFailures.inc();
      metrics.fenceOwed.set(owedCount);
      if (!isFirst) return;
      logger.warn({ reason: (error as Error).message, owed: owedCount }, "Redis has not confirmed a fence in time");
    },
    onPaid: (owedCount) => metrics.fenceOwed.set(owedCount),
  });
  const generations = createGenerationReader({
    redis,
    epoch,
    onFailure: () => metrics.cacheFailures.inc({ purpose: "generations" }),
  });
  const kept = createAnswerCache({
    generations,
    store: createAnswerStore({ redis, onFailure: () => metrics.cacheFailures.inc({ purpose: "answers" }) }),
    isOutage: (error) => codeOf(outageOf(error)) === "UNAVAILABLE",
    isUnanswered: (error) => outageOf(error) !== null,
  });
  Object.assign(metrics.answerBytes, { collect: () => metrics.answerBytes.set(kept.bytesKept()) });
  return {
    answers: kept,
    generations,
    fence,
    async stop() {
      await fence.stop();
      epoch.stop();
    },
  };
}

function openCacheRedis({ redisUrl, databaseUrl }: Config, logger: Logger): CacheRedis {
  return createCacheRedis({
    url: redisUrl,
    keyPrefix: keyPrefixOf(databaseUrl),
    onLost: (reason) => logger.warn({ reason }, "the cache Redis is away; answers are made without it"),
    onBack: () => logger.info("the cache Redis is back"),
  });
}

/** A database that is started together with us may take a moment longer; bounded. */
async function untilReachable(pool: DatabasePool): Promise<void> {
  const deadlineMs = performance.now() + limits.databaseStartMs;
  while (!(await answers(pool)) && performance.now() < deadlineMs) await delay(100);
}

async function judgeServerSettings(pool: DatabasePool, config: Config, logger: Logger): Promise<void> {
  const broken = await brokenServerSettings(pool);
  if (broken.length === 0) return;
  if (config.environment === "production") throw new ConfigError(broken.map((line) => `MySQL: ${line}`));
  logger.warn({ broken }, "the database's settings break promises that production insists on");
}

async function answers(pool: DatabasePool): Promise<boolean> {
  try {
    await pool.query("SELECT 1");
    return true;
  } catch {
    // Not ready is the answer; why stands in the log of whatever failed.
    return false;
  }
}

function showPool(pool: DatabasePool, { poolConnections }: Metrics): void {
  const show = () => {
    const { active, idle, waiting } = pool.occupancy();
    poolConnections.set({ state: "active" }, active);
    poolConnections.set({ state: "idle" }, idle);
    poolConnections.set({ state: "waiting" }, waiting);
  };
  Object.assign(poolConnections, { collect: show });
}
