// An evening's traffic: six in ten ask for state, two look around, two open the app.

import { homeScreen } from "./home-screen.ts";
import { nearbyItems } from "./nearby-items.ts";
import { playerState } from "./player-state.ts";
import type { Scenario } from "./scenario.ts";

export const mix: Scenario = {
  name: "mix",
  title: "Mix 60/20/20",
  ask(player, random) {
    const share = random.fraction();
    if (share < 0.6) return playerState.ask(player, random);
    return (share < 0.8 ? nearbyItems : homeScreen).ask(player, random);
  },
};
