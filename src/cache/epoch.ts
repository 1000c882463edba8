// The epoch: one value in Redis under which every cached answer of every process was made. A process that may
// have missed something (a fence call that failed, a connection that was lost) gives it a new value before it
// uses the cache again, so that nothing from before counts any more, for anybody.

import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { limits } from "../runtime/limits.ts";
import type { CacheRedis } from "./redis.ts";

export interface Epoch {
  /** False from a doubt until Redis has confirmed a new epoch. */
  isTrusted(): boolean;
  /** Something may have been missed. */
  distrust(): void;
  /** Makes an epoch where Redis has none (any more), shut for as long as a write may take. */
  create(): void;
  stop(): void;
}

export function createEpoch({ redis }: { readonly redis: CacheRedis }): Epoch {
  // A doubt that comes while an epoch is being renewed is not settled by it.
  let doubts = 0;
  let settled = 0;
  let isRenewing = false;
  let isCreating = false;
  const stopping = new AbortController();

  const renew = (when: "always" | "ifMissing") =>
    redis.run(limits.fenceMs, (client) => client.renewEpoch(randomUUID(), limits.epochShutMs, when));

  const renewUntilTrusted = async (): Promise<void> => {
    if (isRenewing) return;
    isRenewing = true;
    while (settled !== doubts && !stopping.signal.aborted) {
      const seen = doubts;
      try {
        await renew("always");
        settled = seen;
      } catch {
        // Away still. Answers come from MySQL meanwhile.
        await delay(limits.fenceRetryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
    isRenewing = false;
  };

  redis.onInterruption(() => distrust());

  const distrust = (): void => {
    doubts += 1;
    void renewUntilTrusted();
  };

  return {
    isTrusted: () => settled === doubts,
    distrust,
    create() {
      if (isCreating) return;
      isCreating = true;
      // Whoever reads next finds it missing again where this failed.
      void renew("ifMissing")
        .catch(() => undefined)
        .finally(() => (isCreating = false));
    },
    stop: () => stopping.abort(),
  };
}
