// Ids and pages as arguments, read the way Satchel reads them.

import { badUserInput } from "../../../src/errors.ts";
import { parseGlobalId } from "../../../src/runtime/ids.ts";
import { boxesAround, type GeoPoint } from "../../../src/runtime/great-circle.ts";

/** The number in a player's global id; throws BAD_USER_INPUT for anything else. */
export function playerIdArgument(id: string): bigint {
  const nodeId = parseGlobalId(id);
  if (nodeId?.type !== "Player") throw badUserInput("The id is not one of type Player.");
  return nodeId.playerId;
}

/** Boxes around a point for `lat BETWEEN ... AND lng BETWEEN ...`: one, or two across the date line. */
export function searchBoxes(near: GeoPoint, withinMeters: number) {
  return boxesAround(near, withinMeters);
}
