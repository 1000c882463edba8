// All scenarios by name, so that a load process can be told one.

import { catalogue } from "./catalogue.ts";
import { exchangeItems } from "./exchange-items.ts";
import { homeScreen } from "./home-screen.ts";
import { mix } from "./mix.ts";
import { nearbyItems } from "./nearby-items.ts";
import { playerState } from "./player-state.ts";
import type { Scenario } from "./scenario.ts";

export const scenarios: Readonly<Record<string, Scenario>> = Object.fromEntries(
  [playerState, nearbyItems, homeScreen, mix, catalogue, exchangeItems].map((scenario) => [scenario.name, scenario]),
);
