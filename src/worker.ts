// The worker process: what need not be done while a player waits. Housekeeping today; it has health and metrics of
// its own, and leaves gracefully when asked to, like the API.

import { ConfigError, readConfig, type Config } from "./config.ts";
import { createHousekeeping } from "./consumers/housekeeping.ts";
import { isOutage } from "./database/database-error.ts";
import { createDatabasePool } from "./database/pool.ts";
import { createHttpServer } from "./http.ts";
import { limits } from "./runtime/limits.ts";
import { createLogger } from "./runtime/logger.ts";
import { createMetrics } from "./runtime/metrics.ts";

async function main(config: Config): Promise<void> {
  const logger = createLogger(config.logLevel).child({ process: "worker" });
  const metrics = createMetrics();
  const pool = createDatabasePool({
    url: config.databaseUrl,
    connectionsMax: limits.workerConnectionsMax,
    purpose: "write",
    metrics,
    onConnectionError: ({ code, message }) => logger.warn({ code, reason: message }, "database connection failed"),
  });
  const housekeeping = createHousekeeping({ pool, metrics, logger });
  const http = createHttpServer({ graphql: null, isReady: () => answers(pool.query("SELECT 1")), metrics });

  let stopping = false;
  const stop = async (reason: string) => {
    if (stopping) return;
    stopping = true;
    logger.info({ reason }, "stopping");
    await housekeeping.stop();
    await http.drain();
    await pool.end();
    logger.info("stopped");
    process.exit(0);
  };
  process.on("SIGTERM", () => void stop("SIGTERM"));
  process.on("SIGINT", () => void stop("SIGINT"));
  process.on("disconnect", () => void stop("the parent process is gone"));

  housekeeping.start();
  const port = await http.listen(config.host, config.workerPort);
  logger.info({ host: config.host, port }, "listening");
}

async function answers(query: Promise<unknown>): Promise<boolean> {
  return query.then(
    () => true,
    () => false,
  );
}

try {
  await main(readConfig(process.env));
} catch (error) {
  const isOperators = error instanceof ConfigError || isOutage(error) || "syscall" in (error as object);
  process.stderr.write(`${isOperators ? (error as Error).message : String((error as Error).stack)}\n`);
  process.exit(1);
}
