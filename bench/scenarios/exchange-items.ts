// Writes: an item of the catalogue for what its recipe says, by a player who has plenty. Each has a key of its
// own, which no seed makes: the key of an earlier run would be answered as that run was.

import { randomBytes } from "node:crypto";
import { basicReceivables } from "../../prisma/seed/catalogue.ts";
import { itemGlobalId } from "../../src/runtime/ids.ts";
import type { Scenario } from "./scenario.ts";

export const exchangeItems: Scenario = {
  name: "exchange-items",
  title: "ExchangeItems",
  isWrite: true,
  ask: (_, random) => ({
    operation: "ExchangeItems",
    variables: { input: { itemId: itemGlobalId(BigInt(random.pick(exchangeables).id)) }, key: versionSevenUuid() },
  }),
};

const exchangeables = basicReceivables.filter(({ recipe }) => recipe.length > 0);

/** As an app makes it: the moment first, so that a player's keys are written side by side. */
function versionSevenUuid(): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
