// The app's first screen: profile, totals, twenty balances, five ledger entries.

import type { Scenario } from "./scenario.ts";

export const homeScreen: Scenario = {
  name: "home-screen",
  title: "HomeScreen",
  ask: () => ({ operation: "HomeScreen", variables: {} }),
};
