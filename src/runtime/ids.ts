// Ids as the outside sees them: opaque, tagged with their type, carrying the whole key, in the one
// canonical spelling. Parsing is strict: whatever encodeId would not have made is refused, so two
// spellings of one id never exist (caches, comparisons) and no forged id reaches a statement.
// Form: base64url without padding of "Player:1", "ItemTransaction:1.7", "Run:1.<32 hex digits>".

import { limits } from "./limits.ts";

/** Keys of each type that has a global id. */
export interface NodeKeys {
  Player: { playerId: bigint };
  Item: { itemId: bigint };
  Location: { locationId: bigint };
  ItemTransaction: { playerId: bigint; version: bigint };
  ItemLocation: { playerId: bigint; n: bigint };
  Run: { playerId: bigint; runId: string };
}

export type NodeType = keyof NodeKeys;

export type NodeId = { [T in NodeType]: { readonly type: T } & Readonly<NodeKeys[T]> }[NodeType];

const UNSIGNED_BIGINT_MAX = 2n ** 64n - 1n;
const ID_PATTERN = /^([A-Za-z]+):([1-9][0-9]{0,19})(?:\.([0-9a-f]{1,32}))?$/;
const NUMBER_PATTERN = /^[1-9][0-9]{0,19}$/;
const RUN_ID_PATTERN = /^[0-9a-f]{32}$/;

export function playerGlobalId(playerId: bigint): string {
  return spell(`Player:${playerId}`);
}

export function itemGlobalId(itemId: bigint): string {
  return spell(`Item:${itemId}`);
}

export function locationGlobalId(locationId: bigint): string {
  return spell(`Location:${locationId}`);
}

export function itemTransactionGlobalId(playerId: bigint, version: bigint): string {
  return spell(`ItemTransaction:${playerId}.${version}`);
}

export function itemLocationGlobalId(playerId: bigint, n: bigint): string {
  return spell(`ItemLocation:${playerId}.${n}`);
}

/** `runId` is the UUID as 32 lower-case hex digits. */
export function runGlobalId(playerId: bigint, runId: string): string {
  return spell(`Run:${playerId}.${runId}`);
}

/** The key in an id, or null for anything that this server would not have spelt so. */
export function parseGlobalId(id: string): NodeId | null {
  if (id.length > limits.idCharactersMax) return null;
  const text = Buffer.from(id, "base64url").toString("latin1");
  // Lenient decoding skips foreign characters; only an exact round trip is an id.
  if (spell(text) !== id) return null;
  const [, type, first, second] = ID_PATTERN.exec(text) ?? [];
  const number = parseUnsigned(first);
  return number === null ? null : nodeIdOf(type, number, second);
}

function nodeIdOf(type: string | undefined, first: bigint, second: string | undefined): NodeId | null {
  if (second === undefined) {
    if (type === "Player") return { type, playerId: first };
    if (type === "Item") return { type, itemId: first };
    if (type === "Location") return { type, locationId: first };
    return null;
  }
  if (type === "Run") return RUN_ID_PATTERN.test(second) ? { type, playerId: first, runId: second } : null;
  const number = parseUnsigned(second);
  if (number === null) return null;
  if (type === "ItemTransaction") return { type, playerId: first, version: number };
  if (type === "ItemLocation") return { type, playerId: first, n: number };
  return null;
}

function parseUnsigned(digits: string | undefined): bigint | null {
  if (digits === undefined || !NUMBER_PATTERN.test(digits)) return null;
  const number = BigInt(digits);
  return number <= UNSIGNED_BIGINT_MAX ? number : null;
}

function spell(text: string): string {
  return Buffer.from(text, "latin1").toString("base64url");
}
