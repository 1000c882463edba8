// The API process: reads its settings, starts, and leaves gracefully when asked to: by SIGTERM, by
// SIGINT, or by the end of the process that started it over an IPC channel. With several workers it is
// their primary, and each of them runs the rest of this file.

import cluster from "node:cluster";
import { parseArgs } from "node:util";
import { createApp } from "./app.ts";
import { ConfigError, readConfig, type Config } from "./config.ts";
import { isOutage } from "./database/database-error.ts";
import { StartError, runPrimary } from "./primary.ts";
import { createLogger } from "./runtime/logger.ts";

async function main(config: Config): Promise<void> {
  const logger = createLogger(config.logLevel);
  if (config.workers > 1 && cluster.isPrimary) return runPrimary({ config, logger });
  const app = createApp({ config, logger });

  let stopping = false;
  const stop = async (reason: string) => {
    if (stopping) return;
    stopping = true;
    logger.info({ reason }, "stopping");
    await app.stop();
    logger.info("stopped");
    process.exit(0);
  };
  process.on("SIGTERM", () => void stop("SIGTERM"));
  process.on("SIGINT", () => void stop("SIGINT"));
  process.on("disconnect", () => void stop("the parent process is gone"));
  // A terminal that closes tells the whole group; what it means for a worker is its primary's to say.
  process.on("SIGHUP", () => {
    if (!cluster.isWorker) void stop("SIGHUP");
  });

  const port = await app.start();
  if (cluster.isPrimary) logger.info({ host: config.host, port }, "listening");
}

/** `--workers N` says what WORKERS says. */
function environmentWithArguments(args: string[]): Readonly<Record<string, string | undefined>> {
  try {
    const { workers } = parseArgs({ args, options: { workers: { type: "string" } } }).values;
    return workers === undefined ? process.env : { ...process.env, WORKERS: workers };
  } catch (error) {
    throw new ConfigError([(error as Error).message]);
  }
}

try {
  await main(readConfig(environmentWithArguments(process.argv.slice(2))));
} catch (error) {
  // Settings, the database and the port are the operator's to mend: the reason without a stack.
  const isOperators =
    error instanceof ConfigError || error instanceof StartError || isOutage(error) || "syscall" in (error as object);
  process.stderr.write(`${isOperators ? (error as Error).message : String((error as Error).stack)}\n`);
  process.exit(1);
}
