// What no answer may hold, whatever was asked: stacks, SQL, tables, paths, hosts and accounts, and the
// words of parsers and libraries.

import { expect } from "vitest";

const SECRETS: Readonly<Record<string, RegExp>> = {
  "a stack": /\bat (?:async )?[\w.<>]+ ?\(|\bat file:|"stack(?:trace)?"/i,
  SQL: /\bSELECT\s.+\sFROM\b|\bINSERT INTO\b|\bWHERE\s+\w+\s*(?:=|IN)\b|\bER_[A-Z_]+\b|SQLSTATE|sqlMessage/i,
  "a table": /\b(?:player_item|item_location|item_transaction|run_total|item_recipe|satchel_t_\w+)\b/,
  "a path": /node_modules|file:\/\/|\/(?:home|root|usr|var|tmp|src|dist)\/|\w\.(?:ts|js|mjs):\d/,
  "a host": /127\.0\.0\.1|localhost|ECONN|EPIPE|\.sock\b|mysql:|mariadb|redis:/i,
  "a library": /prisma|dataloader|graphql-jit|graphql-yoga|llhttp|HPE_|pino|jsonwebtoken/i,
  "a parser": /Unexpected (?:token|end of JSON)|in JSON at position|SyntaxError|TypeError|RangeError|JsonWebTokenError/,
  "a bug": /INTERNAL_SERVER_ERROR/,
};

/** Fails with the name of the secret that `text` tells; `what` names the request. */
export function expectDiscreet(text: string, what = ""): void {
  const told = Object.keys(SECRETS).filter((name) => SECRETS[name]!.test(text));
  expect({ what, told, text: told.length === 0 ? "" : text.slice(0, 500) }).toEqual({ what, told: [], text: "" });
  expect(text).not.toContain(process.cwd());
}
