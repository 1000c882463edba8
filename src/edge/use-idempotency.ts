// What an answer says of its writes: `extensions.idempotency`, whether they are answers to earlier requests with
// the same keys. Both lanes say it so.

import type { ExecutionResult } from "graphql";
import { isAsyncIterable, type Plugin } from "graphql-yoga";
import type { Context } from "../context.ts";

export function useIdempotency(): Plugin {
  return {
    onExecute({ args }) {
      const { replays } = args.contextValue as unknown as Context;
      return {
        onExecuteDone({ result, setResult }) {
          if (isAsyncIterable(result) || replays.size === 0) return;
          const { extensions, ...rest } = result as ExecutionResult;
          setResult({ ...rest, extensions: { ...extensions, ...idempotencyExtension(replays) } });
        },
      };
    },
  };
}

/** `replayed` where all writes are; with several writes each by its response key too. */
export function idempotencyExtension(replays: ReadonlyMap<string, boolean>): {
  idempotency?: { replayed: boolean; fields?: Record<string, boolean> };
} {
  if (replays.size === 0) return {};
  const replayed = [...replays.values()].every(Boolean);
  return { idempotency: { replayed, ...(replays.size === 1 ? {} : { fields: Object.fromEntries(replays) }) } };
}
