// What stands behind each GraphQL type: the value that resolvers hand on as the parent. Mostly a
// repository's row. The generated resolver types refer to this file.

import type { ItemCountRow, ItemRow } from "../repositories/item.ts";
import type { ItemLocationRow } from "../repositories/item-location.ts";
import type { ItemTransactionRow } from "../repositories/item-transaction.ts";
import type { Refusal } from "../commands/outcome.ts";
import type { LocationRow } from "../repositories/location.ts";
import type { PlayerRow } from "../repositories/player.ts";
import type { RunRow } from "../repositories/run.ts";
import type { LeaderboardRow, RunTotalRow } from "../repositories/run-total.ts";
import type { VerificationRow } from "../repositories/verification.ts";

export type PlayerModel = PlayerRow;
export type ItemModel = ItemRow;
export type ItemCountModel = ItemCountRow;
export type LocationModel = LocationRow;
export type ItemTransactionModel = ItemTransactionRow;
export type RunModel = RunRow;
export type RunStatsModel = RunTotalRow;
export type LeaderboardEntryModel = LeaderboardRow;
export type VerificationModel = VerificationRow;

export type UserErrorModel = Refusal;

export interface PlayerItemModel {
  readonly item: ItemModel;
  readonly quantity: bigint;
}

export interface ItemLocationModel extends ItemLocationRow {
  /** Whole millimetres; absent when fetched by id. */
  readonly distanceMm?: number;
}

export interface ItemsPayloadModel {
  readonly transaction: ItemTransactionModel | null;
  readonly player: PlayerModel | null;
  readonly changes: PlayerItemModel[];
  readonly userErrors: UserErrorModel[];
}

export interface TransferItemsPayloadModel {
  readonly sent: ItemTransactionModel | null;
  readonly received: ItemTransactionModel | null;
  readonly userErrors: UserErrorModel[];
}

export interface UpsertItemsPayloadModel {
  readonly items: ItemModel[];
  readonly userErrors: UserErrorModel[];
}

export interface UpsertLocationsPayloadModel {
  readonly locations: LocationModel[];
  readonly userErrors: UserErrorModel[];
}

export interface AssignItemLocationsPayloadModel {
  readonly itemLocations: ItemLocationModel[];
  readonly userErrors: UserErrorModel[];
}

/** A node with the name of its type, which is how the `Node` interface tells them apart. */
export type NodeModel =
  | ({ readonly __typename: "Player" } & PlayerModel)
  | ({ readonly __typename: "Item" } & ItemModel)
  | ({ readonly __typename: "Location" } & LocationModel)
  | ({ readonly __typename: "ItemTransaction" } & ItemTransactionModel)
  | ({ readonly __typename: "ItemLocation" } & ItemLocationModel)
  | ({ readonly __typename: "Run" } & RunModel);

/** A page of a list. Cursors are signed only when they are asked for. */
export interface Connection<Node> {
  readonly edges: Edge<Node>[];
  readonly nodes: Node[];
  readonly pageInfo: PageInfoModel;
}

export interface Edge<Node> {
  readonly node: Node;
  readonly sealCursor: () => string;
}

export interface PageInfoModel {
  readonly hasNextPage: boolean;
  readonly first: Edge<unknown> | null;
  readonly last: Edge<unknown> | null;
}

export type ItemConnectionModel = Connection<ItemModel>;
export type ItemEdgeModel = Edge<ItemModel>;
export type PlayerItemConnectionModel = Connection<PlayerItemModel>;
export type PlayerItemEdgeModel = Edge<PlayerItemModel>;
export type ItemLocationConnectionModel = Connection<ItemLocationModel>;
export type ItemLocationEdgeModel = Edge<ItemLocationModel>;
export type ItemTransactionConnectionModel = Connection<ItemTransactionModel>;
export type ItemTransactionEdgeModel = Edge<ItemTransactionModel>;
export type RunConnectionModel = Connection<RunModel>;
export type RunEdgeModel = Edge<RunModel>;
export type LeaderboardConnectionModel = Connection<LeaderboardEntryModel>;
export type LeaderboardEdgeModel = Edge<LeaderboardEntryModel>;
