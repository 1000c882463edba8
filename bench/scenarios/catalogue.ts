// The first page of the catalogue: the same for everybody.

import type { Scenario } from "./scenario.ts";

export const catalogue: Scenario = {
  name: "catalogue",
  title: "Catalogue",
  ask: () => ({ operation: "Catalogue", variables: {} }),
};
