// Reads of what a player has, over both lanes, and what each of them tells, opened here by the checker's own words.

import { registeredOperations } from "../../../src/operations/registry.ts";
import { playerGlobalId } from "../../../src/runtime/ids.ts";
import { answerTo, type Server } from "./client.ts";

export const readKinds = ["PlayerState", "HomeScreen", "Transactions"] as const;
export type ReadKind = (typeof readKinds)[number];

/** `fast`: by id, so that it may be cached. `yoga`: as text that nobody registered, which never is. */
export type Lane = "fast" | "yoga";

/** One read and what it told. */
export interface Read {
  readonly session: string;
  readonly playerId: number;
  readonly kind: ReadKind;
  readonly lane: Lane;
  /** Of the process that was asked. */
  readonly port: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** 0 where no answer came. */
  readonly status: number;
  /** Of the first error; null where there is none. */
  readonly code: string | null;
  readonly retryAfter: string | null;
  /** Null without an answer that is one. */
  readonly seen: Seen | null;
}

export interface Seen {
  readonly version: number;
  /** The players whose ids stand in it, and those whose private digits do. */
  readonly owners: readonly number[];
  /** Null where the read shows none; where `isWhole`, what is not named is zero. */
  readonly balances: { readonly isWhole: boolean; readonly byItem: ReadonlyMap<number, number> } | null;
  /** The newest entries of the ledger, newest first; null where the read shows none. */
  readonly entries: readonly SeenEntry[] | null;
}

export interface SeenEntry {
  readonly version: number;
  /** `item +received -spent`, by item. */
  readonly lines: string;
}

export interface Reader {
  readonly session: string;
  readonly token: string;
  readonly playerId: number;
  readonly markers: ReadonlyMap<string, number>;
}

/** Never throws for what the server does. */
export async function read(
  { session, token, playerId, markers }: Reader,
  { port }: Server,
  { kind, lane }: { readonly kind: ReadKind; readonly lane: Lane },
): Promise<Read> {
  const asked = { session, playerId, kind, lane, port: port!, startedAtMs: performance.now() };
  try {
    const body = bodyOf(kind, lane, playerId);
    const { status, code, retryAfter, text } = await answerTo({ port: port!, token, body });
    const endedAtMs = performance.now();
    const isAnswer = status === 200 && code === null;
    return { ...asked, endedAtMs, status, code, retryAfter, seen: isAnswer ? seenIn(text, markers) : null };
  } catch {
    return { ...asked, endedAtMs: performance.now(), status: 0, code: null, retryAfter: null, seen: null };
  }
}

function bodyOf(kind: ReadKind, lane: Lane, playerId: number): string {
  const { id, body } = registeredOperations.findLast(({ name }) => name === kind)!;
  const variables = kind === "PlayerState" ? { id: playerGlobalId(BigInt(playerId)) } : {};
  return JSON.stringify(
    lane === "fast" ? { documentId: `sha256:${id}`, variables } : { query: `# ad hoc\n${body}`, variables },
  );
}

interface RawPlayer {
  readonly version: string;
  readonly state?: { readonly nodes: readonly { readonly item: { readonly id: string }; readonly quantity: string }[] };
  readonly transactions?: { readonly nodes: readonly RawEntry[] };
}

interface RawEntry {
  readonly id: string;
  readonly received: readonly RawLine[];
  readonly spent: readonly RawLine[];
}

interface RawLine {
  readonly item: { readonly id: string };
  readonly count: string;
}

/** Of an answer's text without its extensions. */
export function seenIn(text: string, markers: ReadonlyMap<string, number>): Seen {
  const { data } = JSON.parse(text) as { data: { player?: RawPlayer; viewer?: RawPlayer } };
  const player = (data.player ?? data.viewer)!;
  const owners = new Set<number>();
  for (const [, id] of text.matchAll(/"id":"([^"]+)"/g)) {
    const owner = /^(?:Player|ItemTransaction|ItemLocation|Run):(\d+)/.exec(opened(id!))?.[1];
    if (owner !== undefined) owners.add(Number(owner));
  }
  for (const [digits] of text.matchAll(/\d{16}/g)) {
    const owner = markers.get(digits);
    if (owner !== undefined) owners.add(owner);
  }
  const byItem = player.state?.nodes.map(({ item, quantity }): [number, number] => [itemOf(item.id), Number(quantity)]);
  return {
    version: Number(player.version),
    owners: [...owners],
    balances: byItem === undefined ? null : { isWhole: data.viewer !== undefined, byItem: new Map(byItem) },
    entries: player.transactions?.nodes.map(entryOf) ?? null,
  };
}

function entryOf({ id, received, spent }: RawEntry): SeenEntry {
  const lines = new Map<number, [received: number, spent: number]>();
  for (const { item, count } of received) lines.set(itemOf(item.id), [Number(count), 0]);
  for (const { item, count } of spent)
    lines.set(itemOf(item.id), [lines.get(itemOf(item.id))?.[0] ?? 0, Number(count)]);
  return {
    version: Number(opened(id).split(".")[1]),
    lines: linesText(Array.from(lines, ([itemId, [got, gone]]) => ({ itemId, received: got, spent: gone }))),
  };
}

/** The same text for the same lines. */
export function linesText(
  lines: readonly { readonly itemId: number; readonly received: number; readonly spent: number }[],
): string {
  return lines
    .toSorted((a, b) => a.itemId - b.itemId)
    .map(({ itemId, received, spent }) => `${itemId} +${received} -${spent}`)
    .join(", ");
}

function itemOf(id: string): number {
  return Number(/^Item:(\d+)$/.exec(opened(id))?.[1]);
}

function opened(id: string): string {
  return Buffer.from(id, "base64url").toString();
}
