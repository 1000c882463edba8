// What lies within 3 km of where the player stands: somewhere in the home city.

import { pointInCity, type Scenario } from "./scenario.ts";

export const nearbyItems: Scenario = {
  name: "nearby-items",
  title: "NearbyItems",
  ask: ({ cityIndex }, random) => ({
    operation: "NearbyItems",
    variables: { near: pointInCity(cityIndex, random) },
  }),
};
