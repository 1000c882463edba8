// What an answer says, read by the checker's own words: ids are opened here and nowhere near the server's code, so
// that a mistake there cannot hide itself.

import type { Answer } from "./history.ts";

/** What a write's answer tells. */
export interface Payload {
  /** The entries of the ledger that it names; the actor's first. */
  readonly transactions: readonly { readonly playerId: number; readonly version: number }[];
  /** Balances after it. */
  readonly changes: readonly { readonly itemId: number; readonly quantity: number }[];
  readonly refusals: readonly Refusal[];
}

export interface Refusal {
  readonly code: string;
  readonly itemId: number | null;
  readonly have: number | null;
  readonly need: number | null;
  readonly currentVersion: number | null;
}

/** What a PlayerState tells. */
export interface SeenState {
  readonly version: number;
  readonly quantities: readonly { readonly itemId: number; readonly quantity: number }[];
}

/** Of a write that was answered without errors. */
export function payloadOf({ text }: Answer): Payload {
  const [payload] = Object.values((JSON.parse(text) as { data: Record<string, RawPayload> }).data);
  const { transaction, sent, received, changes = [], userErrors } = payload!;
  return {
    transactions: [transaction ?? sent, received].flatMap((named) => (named ? [transactionOf(named.id)] : [])),
    changes: changes.map(({ item, quantity }) => ({ itemId: itemOf(item.id), quantity: Number(quantity) })),
    refusals: userErrors.map(({ code, item, have, need, currentVersion }) => ({
      code,
      itemId: item ? itemOf(item.id) : null,
      have: numberOf(have),
      need: numberOf(need),
      currentVersion: numberOf(currentVersion),
    })),
  };
}

/** Of a PlayerState that was answered without errors. */
export function seenStateOf({ text }: Answer): SeenState {
  const { player } = (JSON.parse(text) as { data: { player: RawPlayer } }).data;
  return {
    version: Number(player.version),
    quantities: player.state.nodes.map(({ item, quantity }) => ({
      itemId: itemOf(item.id),
      quantity: Number(quantity),
    })),
  };
}

interface RawPayload {
  readonly transaction?: { readonly id: string } | null;
  readonly sent?: { readonly id: string } | null;
  readonly received?: { readonly id: string } | null;
  readonly changes?: readonly RawQuantity[];
  readonly userErrors: readonly {
    readonly code: string;
    readonly item: { readonly id: string } | null;
    readonly have: string | null;
    readonly need: string | null;
    readonly currentVersion: string | null;
  }[];
}

interface RawPlayer {
  readonly version: string;
  readonly state: { readonly nodes: readonly RawQuantity[] };
}

interface RawQuantity {
  readonly item: { readonly id: string };
  readonly quantity: string;
}

function transactionOf(id: string): { playerId: number; version: number } {
  const [, playerId, version] = /^ItemTransaction:(\d+)\.(\d+)$/.exec(opened(id)) ?? [];
  return { playerId: Number(playerId), version: Number(version) };
}

function itemOf(id: string): number {
  return Number(/^Item:(\d+)$/.exec(opened(id))?.[1]);
}

function opened(id: string): string {
  return Buffer.from(id, "base64url").toString();
}

function numberOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}
