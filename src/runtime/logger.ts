// The one logger: JSON lines through pino. No line per success by default; nothing that could be a
// secret is ever handed to it (tokens, passwords, variables), and what slips through is redacted.

import { pino, type Logger } from "pino";

export type { Logger } from "pino";

export function createLogger(level: string): Logger {
  return pino({
    level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ["authorization", "*.authorization", "headers", "*.headers", "password", "*.password", "variables", "*.variables"],
      censor: "[redacted]",
    },
  });
}
