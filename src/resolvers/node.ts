// Any object by its id. Private nodes of somebody else are null without a look-up: neither the answer
// nor the time it takes tells whether they exist.

import { maySeePrivate, type Context } from "../context.ts";
import type { NodeId, NodeType } from "../runtime/ids.ts";
import type { NodeModel } from "../schema/models.ts";
import type { NodeResolvers } from "../schema/generated/resolver-types.ts";

export const nodeResolvers = {
  __resolveType: ({ __typename }) => __typename,
} satisfies NodeResolvers;

export async function loadNode(context: Context, nodeId: NodeId): Promise<NodeModel | null> {
  if (isPrivate(nodeId) && !maySeePrivate(context.viewer, nodeId.playerId)) return null;
  const { memo, loaders } = context;
  switch (nodeId.type) {
    case "Player":
      return named("Player", await memo.load(loaders.playerById, nodeId.playerId));
    case "Item":
      return named("Item", await memo.load(loaders.itemById, nodeId.itemId));
    case "Location":
      return named("Location", await memo.load(loaders.locationById, nodeId.locationId));
    case "ItemLocation":
      return named("ItemLocation", await memo.load(loaders.itemLocationByKey, nodeId));
    case "Run":
      return named("Run", await memo.load(loaders.runByKey, nodeId));
    case "ItemTransaction": {
      const { playerId, version } = nodeId;
      const range = { playerId, versionLow: version, versionHigh: version };
      const [transaction = null] = await memo.load(loaders.itemTransactionsByRange, range);
      return named("ItemTransaction", transaction);
    }
  }
}

type PrivateNodeId = Extract<NodeId, { type: "ItemTransaction" | "ItemLocation" | "Run" }>;

function isPrivate(nodeId: NodeId): nodeId is PrivateNodeId {
  return nodeId.type === "ItemTransaction" || nodeId.type === "ItemLocation" || nodeId.type === "Run";
}

function named<T extends NodeType, Row extends object>(type: T, row: Row | null): ({ __typename: T } & Row) | null {
  return row === null ? null : { __typename: type, ...row };
}
