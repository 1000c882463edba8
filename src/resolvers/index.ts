// The resolver map. `CompleteResolvers` makes a field that is neither on its model nor resolved here
// a compile error, and so is one whose model has another type than the schema.

import type { PlayerItemModel } from "../schema/models.ts";
import type { Resolvers } from "../schema/generated/resolver-types.ts";
import { BigIntScalar, DateTimeScalar, UuidScalar } from "../schema/scalars.ts";
import { edgeResolvers, pageInfoResolvers } from "./connection.ts";
import { itemCountResolvers, itemResolvers } from "./item.ts";
import { itemLocationResolvers, locationResolvers } from "./item-location.ts";
import { itemTransactionResolvers } from "./item-transaction.ts";
import { mutationResolvers } from "./mutation.ts";
import { nodeResolvers } from "./node.ts";
import { playerResolvers } from "./player.ts";
import { queryResolvers } from "./query.ts";
import { userErrorResolvers } from "./user-error.ts";
import { leaderboardEntryResolvers, runResolvers, runStatsResolvers } from "./run.ts";

export const resolvers = {
  Query: queryResolvers,
  Mutation: mutationResolvers,
  Node: nodeResolvers,
  Player: playerResolvers,
  Item: itemResolvers,
  ItemCount: itemCountResolvers,
  ItemLocation: itemLocationResolvers,
  Location: locationResolvers,
  ItemTransaction: itemTransactionResolvers,
  Run: runResolvers,
  RunStats: runStatsResolvers,
  LeaderboardEntry: leaderboardEntryResolvers,
  UserError: userErrorResolvers,
  ItemEdge: edgeResolvers,
  PlayerItemEdge: edgeResolvers,
  ItemLocationEdge: edgeResolvers,
  ItemTransactionEdge: edgeResolvers,
  RunEdge: edgeResolvers,
  LeaderboardEdge: edgeResolvers,
  PageInfo: pageInfoResolvers,
  BigInt: BigIntScalar,
  DateTime: DateTimeScalar,
  UUID: UuidScalar,
} satisfies CompleteResolvers;

/**
 * Types whose rows many answers share, and which of their rows: a batch loads each once for all who ask, and nobody
 * changes it. Of what players have, zeros are shared: loaders/player-state.ts has one for each item of a page.
 */
export const sharedTypes: ReadonlyMap<string, (row: never) => boolean> = new Map([
  ["Item", () => true],
  ["Location", () => true],
  ["PlayerItem", ({ quantity }: PlayerItemModel) => quantity === 0n],
]);

/** The field's name where its model does not already provide it with the schema's type. */
type UnprovidedField<Resolve, Field> = Resolve extends (parent: infer Model, ...rest: never[]) => infer Result
  ? Field extends keyof Model
    ? Model[Field] extends Awaited<Result>
      ? never
      : Field
    : Field
  : never;

type UnprovidedFields<TypeResolvers> = {
  [Field in keyof TypeResolvers]-?: UnprovidedField<NonNullable<TypeResolvers[Field]>, Field>;
}[keyof TypeResolvers];

type CompleteResolvers = Resolvers & {
  [Type in keyof Resolvers as [UnprovidedFields<NonNullable<Resolvers[Type]>>] extends [never] ? never : Type]-?: {
    [Field in Exclude<UnprovidedFields<NonNullable<Resolvers[Type]>>, "__isTypeOf">]-?: unknown;
  };
};
