// What is measured: scenario, world and number of connections, by which variants. One trial is one row
// of figures; all of them are run in every round.

import { HEAVY_PLAYER_ID } from "./heavy-player.ts";
import type { BenchOptions } from "./options.ts";
import type { WorldName } from "./world.ts";

export type TrialName =
  | "player-state"
  | "nearby-items"
  | "home-screen"
  | "mix"
  | "player-state-many"
  | "nearby-items-heavy"
  | "player-state-small"
  | "player-state-catalogue";

export interface Trial {
  readonly name: TrialName;
  readonly title: string;
  readonly scenario: string;
  readonly world: WorldName;
  readonly connections: number;
  /** Only this player asks; null for distinct random players. */
  readonly playerId: number | null;
  /** False: Satchel alone, measured against itself. */
  readonly isCompared: boolean;
}

export function trialsOf(options: BenchOptions): Trial[] {
  const { connectionCount: connections, manyConnectionCount, playerCount, smallPlayerCount } = options;
  const compared = { world: "main", connections, playerId: null, isCompared: true } as const;
  const alone = { ...compared, isCompared: false } as const;
  const count = (value: number) => value.toLocaleString("en");
  return [
    {
      ...compared,
      name: "player-state",
      title: `PlayerState, ${count(playerCount)} players`,
      scenario: "player-state",
    },
    { ...compared, name: "nearby-items", title: "NearbyItems", scenario: "nearby-items" },
    { ...compared, name: "home-screen", title: "HomeScreen", scenario: "home-screen" },
    { ...compared, name: "mix", title: "Mix: 60 % PlayerState, 20 % NearbyItems, 20 % HomeScreen", scenario: "mix" },
    {
      ...compared,
      name: "player-state-many",
      title: `PlayerState, ${count(manyConnectionCount)} connections`,
      scenario: "player-state",
      connections: manyConnectionCount,
    },
    {
      ...alone,
      name: "nearby-items-heavy",
      title: `NearbyItems of one player with ${count(options.heavyItemLocationCount)} item locations`,
      scenario: "nearby-items",
      playerId: HEAVY_PLAYER_ID,
    },
    {
      ...alone,
      name: "player-state-small",
      title: `PlayerState, ${count(smallPlayerCount)} players`,
      scenario: "player-state",
      world: "small",
    },
    {
      ...alone,
      name: "player-state-catalogue",
      title: `PlayerState, ${count(smallPlayerCount)} players, ${count(options.catalogueItemCount)} items`,
      scenario: "player-state",
      world: "catalogue",
    },
  ];
}

/** Seconds that one measurement takes beside warm-up and load: making requests, waiting for rest. */
const ASIDE_SECONDS = 1.5;

/** Of the measured part, roughly; the open loops end earlier for variants that cannot follow. */
export function expectedMinutes(options: BenchOptions): number {
  const { variants, roundCount, measuredSeconds, warmUpSeconds, poolSizes, sweepSeconds } = options;
  const { openLoopRates, openLoopSeconds, soakMinutes } = options;
  const stretches = trialsOf(options).reduce((sum, { isCompared }) => sum + (isCompared ? variants.length : 1), 0);
  const rounds = roundCount * stretches * (warmUpSeconds + measuredSeconds + ASIDE_SECONDS);
  const sweep = variants.length * poolSizes.length * (warmUpSeconds + sweepSeconds + 2 * ASIDE_SECONDS);
  const openLoops = openLoopRates.length * variants.length * (warmUpSeconds + openLoopSeconds + ASIDE_SECONDS);
  return (rounds + sweep + openLoops) / 60 + soakMinutes;
}
