// What lies within 3 km of where the player stands: somewhere in the home city.

import { pointInCity, type Scenario } from "./scenario.ts";

export const nearbyItems: Scenario = {
  name: "nearby-items",
  title: "NearbyItems",
  ask: ({ cityIndex }, random) => ({
    operation: "NearbyItems",
    // Spelled out, though they are the defaults: graphql-jit, as Mercurius runs it, refuses to leave out a
    // variable that is non-null with a default.
    variables: { near: pointInCity(cityIndex, random), withinMeters: 3000, first: 20 },
  }),
};
