// What a player has: fifty items of the catalogue with the player's own quantities.

import { playerGlobalId } from "../../src/runtime/ids.ts";
import type { Scenario } from "./scenario.ts";

export const playerState: Scenario = {
  name: "player-state",
  title: "PlayerState",
  ask: ({ playerId }) => ({ operation: "PlayerState", variables: { id: playerGlobalId(BigInt(playerId)) } }),
};
