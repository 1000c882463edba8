// Two spellings of one id would be two cache keys and two names for one row: each id is read back as
// what was written, and no other text is read as it.

import fc from "fast-check";
import { expect, it } from "vitest";
import {
  itemGlobalId,
  itemLocationGlobalId,
  itemTransactionGlobalId,
  locationGlobalId,
  parseGlobalId,
  playerGlobalId,
  runGlobalId,
  type NodeId,
} from "../../src/runtime/ids.ts";
import { check } from "../kit/property.ts";

const key = fc.oneof(fc.bigInt(1n, 9n), fc.bigInt(1n, 2n ** 64n - 1n), fc.constantFrom(2n ** 63n, 2n ** 64n - 1n));
const runId = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 32, maxLength: 32 });

const nodeId: fc.Arbitrary<NodeId> = fc.oneof(
  fc.record({ type: fc.constant("Player" as const), playerId: key }),
  fc.record({ type: fc.constant("Item" as const), itemId: key }),
  fc.record({ type: fc.constant("Location" as const), locationId: key }),
  fc.record({ type: fc.constant("ItemTransaction" as const), playerId: key, version: key }),
  fc.record({ type: fc.constant("ItemLocation" as const), playerId: key, n: key }),
  fc.record({ type: fc.constant("Run" as const), playerId: key, runId }),
);

function spell(id: NodeId): string {
  switch (id.type) {
    case "Player":
      return playerGlobalId(id.playerId);
    case "Item":
      return itemGlobalId(id.itemId);
    case "Location":
      return locationGlobalId(id.locationId);
    case "ItemTransaction":
      return itemTransactionGlobalId(id.playerId, id.version);
    case "ItemLocation":
      return itemLocationGlobalId(id.playerId, id.n);
    case "Run":
      return runGlobalId(id.playerId, id.runId);
  }
}

it("reads back what it wrote", () => {
  check(
    fc.property(nodeId, (id) => {
      expect(parseGlobalId(spell(id))).toEqual(id);
    }),
    500,
  );
});

const character = fc.oneof(
  fc.constantFrom(..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
  fc.constantFrom(..."+/=.~ \n\t\0"),
  fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
);

it("reads an id with one character changed, added or lost as exactly what it then spells, or not at all", () => {
  check(
    fc.property(
      nodeId,
      fc.nat(),
      fc.constantFrom(0, 1),
      character,
      fc.boolean(),
      (id, at, dropped, added, isAdding) => {
        const text = spell(id);
        const place = at % (text.length + 1);
        const mutated = text.slice(0, place) + (isAdding ? added : "") + text.slice(place + dropped);
        const parsed = parseGlobalId(mutated);
        expect(parsed === null ? mutated : spell(parsed)).toBe(mutated);
        if (mutated !== text) expect(parsed).not.toEqual(id);
      },
    ),
    2_000,
  );
});

it("reads no text of any kind but as what it spells", () => {
  const anyText = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.base64String(),
    fc.string().map((text) => Buffer.from(text).toString("base64url")),
  );
  check(
    fc.property(anyText, (text) => {
      const parsed = parseGlobalId(text);
      expect(parsed === null ? text : spell(parsed)).toBe(text);
    }),
    500,
  );
});
