// The API process: reads its settings, starts, and leaves gracefully when asked to: by SIGTERM, by
// SIGINT, or by the end of the process that started it over an IPC channel.

import { createApp } from "./app.ts";
import { ConfigError, readConfig, type Config } from "./config.ts";
import { isOutage } from "./database/database-error.ts";
import { createLogger } from "./runtime/logger.ts";

async function main(config: Config): Promise<void> {
  const logger = createLogger(config.logLevel);
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

  const port = await app.start();
  logger.info({ host: config.host, port }, "listening");
}

try {
  await main(readConfig(process.env));
} catch (error) {
  // Settings, the database and the port are the operator's to mend: the reason without a stack.
  const isOperators = error instanceof ConfigError || isOutage(error) || "syscall" in (error as object);
  process.stderr.write(`${isOperators ? (error as Error).message : String((error as Error).stack)}\n`);
  process.exit(1);
}
