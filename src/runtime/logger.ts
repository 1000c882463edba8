// The one logger: JSON lines through pino. No line per success by default; nothing that could be a
// secret is ever handed to it (tokens, passwords, variables), and what slips through is redacted.

import { pino, type DestinationStream, type Logger } from "pino";

export type { Logger } from "pino";

/** Writes to standard output unless `destination` is given. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: [
        "authorization",
        "*.authorization",
        "headers",
        "*.headers",
        "password",
        "*.password",
        "variables",
        "*.variables",
      ],
      censor: "[redacted]",
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
