// `npm run bench -- hot`: what an answer costs that is cached. A thousand players who ask for their state again and
// again, and everybody for the catalogue; beside Satchel the caches that its users would pick instead, and a
// server that does nothing but HTTP and JSON.

import { writeFileSync } from "node:fs";
import { BASIC_ITEM_COUNT } from "../../prisma/seed/catalogue.ts";
import type { Stack } from "../../scripts/stack/stack.ts";
import { ratioIn, roundsIn, type ComparisonResults, type ComparisonTrial } from "../comparison/findings.ts";
import type { ComparisonOptions } from "../comparison/options.ts";
import { runComparison, type Comparison } from "../comparison/run.ts";
import { createSignToken } from "../load/requests.ts";
import { figures } from "../results.ts";
import { catalogue } from "../scenarios/catalogue.ts";
import { playerState } from "../scenarios/player-state.ts";
import { answersFile, type ServerProcess, type ServerSettings } from "../server-process.ts";
import { registeredOperation, wireRequest } from "../variants/wire.ts";
import { openWorld, type World } from "../world.ts";
import { hotVariants } from "./variants.ts";

const HOT_PLAYERS = 1_000;
/** Within it the slowest of the caches has met all of them; all keep for 30 s what they have. */
const FILL_SECONDS = 10;
const COLD = "cold-player-state";
/** Beyond the vector players. */
const TYPICAL_PLAYER_ID = 17;

/** The command. Resolves to the exit code: 1 when a budget is broken. */
export function benchHot(args: readonly string[]): Promise<number> {
  return runComparison(hot, args);
}

export const hot: Comparison<object> = {
  name: "hot",
  // autocannon takes longer to ask than the fastest of these take to answer.
  loop: "socket",
  variants: hotVariants,
  trialsOf,
  openWorld: openHotWorld,
  onFirstServer: keepAnswers,
  measureExtra: async () => ({}),
  closingLines: () => [],
  isBroken: () => false,
  budgets: [
    {
      title: "CPU of a hot PlayerState, to bare node:http",
      bound: "most",
      limit: 1.6,
      unit: "x",
      figureOf: (results) => ratioIn(results, "player-state", "bare", figures.serverCpuUs),
    },
    {
      title: "CPU of a hot Catalogue, to bare node:http",
      bound: "most",
      limit: 1.4,
      unit: "x",
      figureOf: (results) => ratioIn(results, "catalogue", "bare", figures.serverCpuUs),
    },
    {
      title: "Throughput of a hot PlayerState, to Yoga + its response cache",
      bound: "least",
      limit: 8,
      unit: "x",
      figureOf: (results) => ratioIn(results, "player-state", "yoga-cached", figures.throughput),
    },
    {
      title: "Throughput of a hot PlayerState, to the faster Mercurius",
      bound: "least",
      limit: 2.2,
      unit: "x",
      figureOf: (results) => least(results, ["mercurius", "mercurius-cached"]),
    },
    {
      title: "Throughput of a hot PlayerState, to Apollo Server + its response cache",
      bound: "least",
      limit: 3,
      unit: "x",
      figureOf: (results) => ratioIn(results, "player-state", "apollo-cached", figures.throughput),
    },
    {
      title: "Throughput of a cold PlayerState, to the Yoga lane",
      bound: "least",
      limit: 2.2,
      unit: "x",
      figureOf: (results) => ratioIn(results, COLD, "satchel-yoga", figures.throughput),
    },
    {
      title: "Total CPU of a cold PlayerState, to Mercurius",
      bound: "most",
      limit: 0.4,
      unit: "x",
      figureOf: (results) => ratioIn(results, COLD, "mercurius", figures.totalCpuUs),
    },
    {
      title: "Total CPU of a cold PlayerState, to REST",
      bound: "most",
      limit: 0.75,
      unit: "x",
      figureOf: (results) => ratioIn(results, COLD, "rest", figures.totalCpuUs),
    },
    {
      title: "Errors",
      bound: "most",
      limit: 0,
      unit: "",
      figureOf: (results) =>
        results.trials
          .flatMap(({ trial }) => roundsIn(results, trial.name, "satchel"))
          .reduce((sum, round) => sum + figures.errors(round), 0),
    },
  ],
};

function trialsOf({ fewerConnectionCount: connections, quick }: ComparisonOptions): ComparisonTrial[] {
  const common = {
    connections,
    playerId: null,
    askingPlayers: HOT_PLAYERS,
    ...(quick ? {} : { warmUpSeconds: FILL_SECONDS }),
  };
  return [
    {
      connections,
      playerId: null,
      // The first, since pool sizes are swept by it.
      name: COLD,
      title: `PlayerState of random players, nothing kept, ${connections} connections`,
      scenario: playerState.name,
      variants: ["satchel", "satchel-yoga", "mercurius", "rest"],
    },
    {
      ...common,
      variants: ["satchel", "bare", "yoga-cached", "mercurius", "mercurius-cached", "apollo-cached"],
      name: "player-state",
      title: `PlayerState of ${HOT_PLAYERS} hot players, ${connections} connections`,
      scenario: playerState.name,
    },
    {
      ...common,
      name: "catalogue",
      title: `Catalogue, ${connections} connections`,
      scenario: catalogue.name,
      variants: ["satchel", "bare"],
    },
  ];
}

/** The smallest of the ratios: to whoever is fastest. */
function least(results: ComparisonResults, variants: readonly string[]): number | null {
  const ratios = variants.map((variant) => ratioIn(results, "player-state", variant, figures.throughput));
  const known = ratios.filter((ratio) => ratio !== null);
  return known.length === 0 ? null : Math.min(...known);
}

function openHotWorld(
  stack: Stack,
  { playerCount }: ComparisonOptions,
  progress: (line: string) => void,
): Promise<World> {
  const size = { name: "main", playerCount, itemCount: BASIC_ITEM_COUNT, heavyItemLocationCount: 0 } as const;
  return openWorld(stack, size, progress);
}

/** For the server that returns ready bytes: they are to be as many. */
async function keepAnswers({ origin }: ServerProcess<string>, { tokenKeys, logDir }: ServerSettings): Promise<void> {
  const answers: Record<string, string> = {};
  const random = { integer: () => 0, fraction: () => 0, pick: <T>([first]: readonly T[]) => first! };
  for (const { ask } of [playerState, catalogue]) {
    const asked = ask({ playerId: TYPICAL_PLAYER_ID, cityIndex: 0 }, random as never);
    const token = createSignToken(tokenKeys)(TYPICAL_PLAYER_ID);
    const { method, path, headers, body = "" } = wireRequest("documentId", asked, token);
    const response = await fetch(`${origin}${path}`, { method, headers, body });
    answers[registeredOperation(asked.operation).id] = await response.text();
  }
  writeFileSync(answersFile(logDir), JSON.stringify(answers));
}
