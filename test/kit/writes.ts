// Writes as an app sends them: registered operations by their ids, each with a key of its own unless the test
// gives one.

import { randomUUID } from "node:crypto";
import {
  getNullableType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputType,
  type GraphQLNamedInputType,
} from "graphql";
import { registeredOperations, type RegisteredOperation } from "../../src/operations/registry.ts";
import { itemGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { verifyLedger } from "../../scripts/verify/verify-ledger.ts";
import type { TestApi } from "./api.ts";
import { withoutCost } from "./cost.ts";
import { newestOperations } from "./operation-variables.ts";
import { schema } from "./schema.ts";

export interface WriteAnswer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- the shape is that of the mutation's payload
  readonly payload: any;
  readonly replayed: boolean | undefined;
  /** Of the first error. */
  readonly code: string | undefined;
  /** The whole answer without its extensions: equal for equal answers. */
  readonly text: string;
}

export interface Write {
  /** Of the registered operation: "SpendItems". */
  readonly operation: string;
  readonly input: object;
  readonly token?: string | undefined;
  readonly key?: string;
}

/** Sends one write; never throws for what the server answers. */
export async function write(url: string, { operation, input, token, key = randomUUID() }: Write): Promise<WriteAnswer> {
  const { id } = registeredOperations.findLast(({ name }) => name === operation)!;
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json",
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ documentId: `sha256:${id}`, variables: { input, key } }),
  });
  const body = JSON.parse(withoutCost(await response.text()));
  return {
    status: response.status,
    headers: response.headers,
    payload: Object.values(body.data ?? {})[0],
    replayed: body.extensions?.idempotency?.replayed,
    code: body.errors?.[0]?.extensions.code,
    text: JSON.stringify({ data: body.data, errors: body.errors }),
  };
}

/** Lines of an input, from item number to count. */
export function lines(counts: Readonly<Record<number, number | bigint>>): { itemId: string; count: string }[] {
  return Object.entries(counts).map(([itemId, count]) => ({
    itemId: itemGlobalId(BigInt(itemId)),
    count: String(count),
  }));
}

/** What a service gives a player. Throws where it is refused. */
export async function grant(
  api: TestApi,
  playerId: number,
  counts: Readonly<Record<number, number | bigint>>,
): Promise<WriteAnswer> {
  const answer = await write(api.url, {
    operation: "GrantItems",
    input: { playerId: playerGlobalId(BigInt(playerId)), items: lines(counts) },
    token: api.tokenFor("games", "service"),
  });
  if (answer.payload?.userErrors.length !== 0) throw new Error(`the grant was refused: ${answer.text}`);
  return answer;
}

/** A player's balance, from the database itself. */
export async function balanceOf(api: TestApi, playerId: number, itemId: number): Promise<bigint> {
  const [row] = await api.database.query("SELECT quantity FROM player_item WHERE player_id = ? AND item_id = ?", [
    playerId,
    itemId,
  ]);
  return BigInt(row?.quantity ?? 0);
}

/** Every contradiction that `npm run verify` would print. */
export async function mismatchesIn(api: TestApi): Promise<string[]> {
  const found: string[] = [];
  await verifyLedger({ databaseUrl: api.database.migratorDatabaseUrl, onMismatch: (line) => found.push(line) });
  return found;
}

/** Every field of Mutation with the operation that sends it: "spendItems" has SpendItems. Throws for one without. */
export const writes: readonly { readonly field: string; readonly operation: RegisteredOperation }[] = Object.keys(
  schema.getMutationType()!.getFields(),
).map((field) => {
  const operation = newestOperations.get(`${field[0]!.toUpperCase()}${field.slice(1)}`);
  if (operation === undefined) throw new Error(`no operation sends ${field}`);
  return { field, operation };
});

/** A place in the variables of a write. */
export interface WriteArgument {
  readonly path: readonly (string | number)[];
  /** Name of the last field on the path. */
  readonly name: string;
  readonly isNullable: boolean;
  readonly isList: boolean;
  readonly type: GraphQLNamedInputType;
}

/** Every place within `variables` where a client says something, from the schema; of a list, its last entry. */
export function argumentsOf(field: string, variables: { readonly input: object }): WriteArgument[] {
  const mutation = schema.getMutationType()!.getFields()[field]!;
  const { type } = mutation.args.find(({ name }) => name === "input")!;
  return argumentsIn(type, ["input"], variables.input);
}

function argumentsIn(type: GraphQLInputType, path: readonly (string | number)[], value: unknown): WriteArgument[] {
  const inner = getNullableType(type);
  const name = String(path.findLast((step) => typeof step === "string"));
  const place = { path, name, isNullable: !isNonNullType(type) };
  if (isListType(inner)) {
    const entries = Array.isArray(value) ? value : [];
    const entryType = inner.ofType;
    const itself = { ...place, isList: true, type: namedTypeOf(entryType) };
    if (entries.length === 0) return [itself];
    const last = entries.length - 1;
    return [itself, ...argumentsIn(entryType, [...path, last], entries[last])];
  }
  const itself = { ...place, isList: false, type: inner };
  if (!isInputObjectType(inner)) return [itself];
  const fields = (value ?? {}) as Readonly<Record<string, unknown>>;
  return [
    itself,
    ...Object.values(inner.getFields()).flatMap((field) =>
      argumentsIn(field.type, [...path, field.name], fields[field.name]),
    ),
  ];
}

function namedTypeOf(type: GraphQLInputType): GraphQLNamedInputType {
  const inner = getNullableType(type);
  return isListType(inner) ? namedTypeOf(inner.ofType) : inner;
}

/** The variables with another value in one place. */
export function withValue<Variables extends object>(
  variables: Variables,
  [...path]: readonly (string | number)[],
  value: unknown,
): Variables {
  const changed = structuredClone(variables);
  const last = path.pop()!;
  let holder = changed as Record<string | number, unknown>;
  for (const step of path) holder = holder[step] as Record<string | number, unknown>;
  holder[last] = value;
  return changed;
}

/** A sum of each table's every row and column, by its name: equal where nothing has changed. */
export async function contentsOf(database: TestApi["database"]): Promise<Readonly<Record<string, string>>> {
  const columns: { tableName: string; columnName: string }[] = await database.query(
    "SELECT c.TABLE_NAME AS tableName, c.COLUMN_NAME AS columnName FROM information_schema.COLUMNS c " +
      "JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME " +
      "WHERE c.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE = 'BASE TABLE' ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION",
  );
  const tables = [...new Set(columns.map(({ tableName }) => tableName))].toSorted();
  const sums = await Promise.all(
    tables.map(async (table) => {
      const values = columns
        .filter(({ tableName }) => tableName === table)
        .map(({ columnName }) => `COALESCE(HEX(\`${columnName}\`), '-')`);
      const [{ n, total }] = await database.query(
        `SELECT COUNT(*) AS n, BIT_XOR(CRC32(CONCAT_WS('|', ${values.join(", ")}))) AS total FROM \`${table}\``,
      );
      return [table, `${n} rows, sum ${total}`] as const;
    }),
  );
  return Object.fromEntries(sums);
}
