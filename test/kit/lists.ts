// Every list of the schema and how to read it page by page, as an administrator. The test of walking
// asserts that no connection of the schema is missing here.

import { playerGlobalId } from "../../src/runtime/ids.ts";
import type { TestApi } from "./api.ts";

/** Fields that are lists, with what tells their nodes apart. */
const nodeSelections = {
  "Query.items": "id",
  "Query.leaderboard": "rank player { id } totalDistanceMeters",
  "Player.state": "item { id } quantity",
  "Player.itemLocations": "id distanceMeters",
  "Player.transactions": "id",
  "Player.runs": "id",
} as const;

export type ListField = keyof typeof nodeSelections;

export const listFields = Object.keys(nodeSelections) as ListField[];

/** What a list needs besides `first`, where the test does not say otherwise. */
const defaultFilters: Partial<Record<ListField, string>> = {
  "Query.leaderboard": "scope: OVERALL",
  "Player.itemLocations": "near: { lat: 52.5, lng: 13.4 }",
};

export interface List {
  readonly field: ListField;
  /** Whose; for fields of Player. */
  readonly playerId?: number;
  /** Arguments besides `first` and `after`, as GraphQL text. */
  readonly filter?: string;
}

export interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: object }[];
  readonly nodes: readonly object[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** A document with one page of a list; `arguments_` lets a test ask for what cannot be. */
export function pageDocument({ field, playerId, filter }: List, arguments_ = "first: $first, after: $after"): string {
  const [parent = "", name = ""] = field.split(".");
  const node = nodeSelections[field];
  const others = filter ?? defaultFilters[field] ?? "";
  const list =
    `list: ${name}(${others} ${arguments_}) { edges { cursor node { ${node} } } nodes { ${node} } ` +
    "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }";
  const selection = parent === "Player" ? `player(id: "${playerGlobalId(BigInt(playerId ?? 1))}") { ${list} }` : list;
  const variables = [...arguments_.matchAll(/(\w+): \$(\w+)/g)].map(
    ([, argument, variable]) => `$${variable}: ${typeOf(argument!)}`,
  );
  return `${variables.length === 0 ? "" : `query (${variables.join(", ")}) `}{ ${selection} }`;
}

export async function readPage(
  api: TestApi,
  list: List,
  page: { first: number; after?: string | null },
): Promise<Page> {
  const data = await api.read({ query: pageDocument(list), variables: page, token: api.tokenFor(1, "admin") });
  return pageIn(data);
}

/** The pages of a walk from the start, or from `after`, to the end. */
export async function walk(api: TestApi, list: List, first: number, after: string | null = null): Promise<Page[]> {
  const page = await readPage(api, list, { first, after });
  if (!page.pageInfo.hasNextPage) return [page];
  return [page, ...(await walk(api, list, first, page.pageInfo.endCursor))];
}

// oxlint-disable-next-line typescript/no-explicit-any -- the shape is that of pageDocument
function pageIn(data: any): Page {
  return data.list ?? data.player.list;
}

function typeOf(argument: string): string {
  return argument === "first" ? "Int!" : "String";
}
