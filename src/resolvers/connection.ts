// Pages by Relay's connection rules: the size checked, the cursor opened, one row more than asked for
// read to know whether more follow. A list's name (field, player, filter) binds its cursors.

import { badCursor, badUserInput } from "../errors.ts";
import type { Context } from "../context.ts";
import { limits } from "../runtime/limits.ts";
import type { Connection, Edge, PageInfoModel } from "../schema/models.ts";

export interface ListPage<Node, Position> {
  /** Field, player and filter; the player and every filter that decides what is in the list. */
  readonly list: string;
  readonly first: number;
  readonly after: string | null | undefined;
  /** The position in a cursor's text; null where the text is not one. */
  readonly parse: (text: string) => Position | null;
  /** The position of a node, as text that `parse` reads. */
  readonly positionOf: (node: Node) => string;
  /** At most `rowsMax` nodes after the position, in the list's order. */
  readonly load: (after: Position | null, rowsMax: number) => Promise<readonly Node[]>;
}

export async function connection<Node, Position>(
  { cursors }: Context,
  page: ListPage<Node, Position>,
): Promise<Connection<Node>> {
  const { list, first, after, parse, positionOf, load } = page;
  if (first < 1 || first > limits.pageEntriesMax) {
    throw badUserInput(`first must be from 1 to ${limits.pageEntriesMax}.`);
  }
  const rows = await load(openCursor(cursors, list, after, parse), first + 1);
  return new Page(rows.slice(0, first), rows.length > first, (node) => cursors.seal(list, positionOf(node)));
}

/** By a class: getters of an object of its own would make each page one of a kind to the engine. */
class Page<Node> implements Connection<Node> {
  readonly nodes: Node[];
  readonly pageInfo: PageInfoModel;
  readonly #cursorOf: (node: Node) => string;

  constructor(nodes: Node[], hasNextPage: boolean, cursorOf: (node: Node) => string) {
    this.nodes = nodes;
    this.#cursorOf = cursorOf;
    const [first, last] = [nodes[0], nodes.at(-1)];
    this.pageInfo = {
      hasNextPage,
      first: first === undefined ? null : this.#edgeOf(first),
      last: last === undefined ? null : this.#edgeOf(last),
    };
  }

  /** Most ask for the nodes alone. */
  get edges(): Edge<Node>[] {
    return this.nodes.map((node) => this.#edgeOf(node));
  }

  #edgeOf(node: Node): Edge<Node> {
    return { node, sealCursor: () => this.#cursorOf(node) };
  }
}

/** Resolvers that every edge type shares. */
export const edgeResolvers = {
  cursor: (edge: Edge<unknown>) => edge.sealCursor(),
};

export const pageInfoResolvers = {
  hasPreviousPage: () => false,
  startCursor: ({ first }: PageInfoModel) => first?.sealCursor() ?? null,
  endCursor: ({ last }: PageInfoModel) => last?.sealCursor() ?? null,
};

/** Reads a position that is one whole number. */
export function parseNumber(text: string): bigint | null {
  return /^[0-9]{1,20}$/.test(text) ? BigInt(text) : null;
}

/** Reads a position that is two whole numbers with a dot between. */
export function parseNumberPair(text: string): readonly [bigint, bigint] | null {
  const [, first, second] = /^([0-9]{1,20})\.([0-9]{1,20})$/.exec(text) ?? [];
  return first === undefined || second === undefined ? null : [BigInt(first), BigInt(second)];
}

function openCursor<Position>(
  cursors: Context["cursors"],
  list: string,
  after: string | null | undefined,
  parse: (text: string) => Position | null,
): Position | null {
  if (after === null || after === undefined) return null;
  const text = cursors.open(list, after);
  const position = text === null ? null : parse(text);
  if (position === null) throw badCursor();
  return position;
}
