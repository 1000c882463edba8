// Mistakes that a cache like this one is made with, each as an edit of the real code, what brings it to light, and the
// words by which the judge must know it.

import { cacheFaults, type CacheFault } from "./cache-faults.ts";
import type { Edit } from "./server-here.ts";
import type { Site } from "./site.ts";

export interface FreshMutant {
  /** What is wrong, as the end of the sentence "a server that ...". */
  readonly name: string;
  readonly edits: readonly Edit[];
  /** From the beginning. */
  readonly weather?: (site: Site) => void;
  readonly fault?: CacheFault;
  /** Of one of the findings, `law: sentence`. */
  readonly found: RegExp;
}

const ANSWERS = "src/cache/answers.ts";
const EPOCH = "src/cache/epoch.ts";
const FENCE = "src/cache/fence.ts";
const SCRIPTS = "src/cache/fence-scripts.ts";
const REDIS = "src/cache/redis.ts";
const PLAN = "src/edge/cache-plan.ts";
const GROUP = "src/commands/group.ts";
const TRANSFER = "src/commands/transfer-items.ts";

const SLOW_MS = 20;

/** One process learns late what the database holds: much may happen before it does. */
const slowReads = ({ processes }: Site): void => processes[1]!.mysql.slow(SLOW_MS);
const slowCommits = ({ processes }: Site): void => {
  for (const { mysql } of processes) mysql.slowCommits(SLOW_MS);
};

const TRUSTS: Edit = { path: EPOCH, from: "    doubts += 1;\n    void renewUntilTrusted();\n", to: "" };
const OWES_NOTHING: Edit = { path: FENCE, from: "            owe(all, holder);\n", to: "" };

/** In every mutant: on a busy machine a cache that is hardly used would hide what is wrong with it. */
export const patience: Edit = { path: "src/runtime/limits.ts", from: "cacheReadMs: 25,", to: "cacheReadMs: 1_000," };

export const freshMutants: readonly FreshMutant[] = [
  {
    name: "does not open its tags",
    edits: [
      {
        path: FENCE,
        from: "await redis.run(limits.fenceMs, (client) => client.openTags(tags, holder, limits.fenceOpenMs));",
        to: "await Promise.resolve();",
      },
    ],
    fault: cacheFaults["a writer is killed between COMMIT and close"],
    found: /^session: .* saw version /,
  },
  {
    name: "closes its tags before COMMIT",
    edits: [
      {
        path: GROUP,
        from: "    await commit();\n    await opened.close(tagsOf(answered(verdicts)));\n",
        to: "    await opened.close(tagsOf(answered(verdicts)));\n    await commit();\n",
      },
    ],
    weather: slowCommits,
    found: /^age: /,
  },
  {
    name: "reads generations after it has computed",
    edits: [
      {
        path: ANSWERS,
        from: "    const kept = memory.keep(ask.key, answer, standing, {",
        to:
          "    const later = (await new Promise((tell) => generations.read(question.tags, tell))) ?? standing;\n" +
          "    const kept = memory.keep(ask.key, answer, later, {",
      },
    ],
    weather: slowReads,
    found: /^age: /,
  },
  {
    name: "forgets the receiver's tag of a transfer",
    edits: [
      {
        path: TRANSFER,
        from: "tags: [cacheTags.playerItems(fromPlayerId), cacheTags.playerItems(toPlayerId)]",
        to: "tags: [cacheTags.playerItems(fromPlayerId)]",
      },
    ],
    found: /^age: /,
  },
  {
    // Generations tell players apart as well, but for those whom one group has changed together.
    name: "keeps answers without their subject",
    edits: [{ path: PLAN, from: ":${operationId}:${scope}:", to: ":${operationId}:" }],
    found: /^privacy: .* shows what is of player /,
  },
  {
    name: "lets requests join a flight of older generations",
    edits: [
      {
        path: ANSWERS,
        from: "return `${ask.key} ${generationsText(standing)}`;",
        to: "return standing === null ? '' : ask.key;",
      },
    ],
    weather: slowReads,
    found: /^age: /,
  },
  {
    // While a writer's marker is there nobody uses the cache: the replay counts where none ever came to be.
    name: "does not close the tags of what it replays",
    edits: [
      {
        path: GROUP,
        from: 'commands.filter((_, place) => verdicts[place]!.kind === "answered");',
        to:
          "commands.filter((_, place) => {\n" +
          "      const verdict = verdicts[place]!;\n" +
          '      return verdict.kind === "answered" && !verdict.answer.replayed;\n' +
          "    });",
      },
    ],
    fault: cacheFaults["a writer without Redis is killed between COMMIT and close"],
    found: /^age: /,
  },
  {
    name: "begins a new epoch open",
    edits: [{ path: SCRIPTS, from: "  redis.call('SET', KEYS[2], '1', 'PX', ARGV[2])\n", to: "" }],
    fault: cacheFaults["Redis is flushed under a writer that is killed between COMMIT and close"],
    found: /^session: .* saw version /,
  },
  {
    // Either alone is enough for freshness: a new epoch makes everything old, and so do the bumps once they are paid.
    // Each alone shows elsewhere: what is owed in tags that stay open, the epoch in what its own process tells
    // (test/cache/a-redis-that-refuses-writes-is-made-up-for).
    name: "forgets what it owes, and trusts the epoch all the same",
    edits: [OWES_NOTHING, TRUSTS],
    fault: cacheFaults["one process alone is cut off from Redis between two writes"],
    found: /^age: /,
  },
  {
    // Nothing old comes of it, since what lands late says nothing that is used; but every write waits.
    name: "queues commands while Redis is away",
    edits: [{ path: REDIS, from: "disableOfflineQueue: true", to: "disableOfflineQueue: false" }],
    fault: cacheFaults["Redis is killed and started again"],
    found: /^waiting: /,
  },
];
