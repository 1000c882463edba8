// Arguments that GraphQL's own types do not check far enough: ids of one type, points, radii, cities,
// ages. Each either returns a usable value or throws BAD_USER_INPUT naming what was expected.

import { badUserInput } from "../errors.ts";
import { parseGlobalId, type NodeId, type NodeType } from "../runtime/ids.ts";
import { limits } from "../runtime/limits.ts";
import type { GeoPoint } from "../runtime/great-circle.ts";

/** The key in a global id of any type. */
export function nodeIdArgument(id: string): NodeId {
  const nodeId = parseGlobalId(id);
  if (nodeId === null) throw badUserInput("The id is malformed.");
  return nodeId;
}

/** The key in a global id of `type`. */
export function idArgument<T extends NodeType>(id: string, type: T): Extract<NodeId, { type: T }> {
  const nodeId = nodeIdArgument(id);
  if (nodeId.type !== type) throw badUserInput(`The id is not one of type ${type}.`);
  return nodeId as Extract<NodeId, { type: T }>;
}

export function pointArgument({ lat, lng }: GeoPoint): GeoPoint {
  // Written so that NaN fails too.
  if (!(lat >= -90 && lat <= 90)) throw badUserInput("lat must be from -90 to 90.");
  if (!(lng >= -180 && lng <= 180)) throw badUserInput("lng must be from -180 to 180.");
  return { lat, lng };
}

/** Metres; the default where null was given. */
export function radiusArgument(withinMeters: number | null, defaultMeters: number): number {
  const radius = withinMeters ?? defaultMeters;
  if (!(radius > 0 && radius <= limits.radiusMetersMax)) {
    throw badUserInput(`withinMeters must be above 0 and at most ${limits.radiusMetersMax}.`);
  }
  return radius;
}

/**
 * A city as players' rows spell it: composed characters (NFC), no space at either end, no control or
 * format characters. Letter case and accents count.
 */
export function cityArgument(city: string | null | undefined): string {
  if (city === null || city === undefined) throw badUserInput("scope CITY needs city.");
  const composed = city.normalize("NFC");
  const length = [...composed].length;
  if (length < 1 || length > limits.cityCharactersMax) {
    throw badUserInput(`city must have 1 to ${limits.cityCharactersMax} characters.`);
  }
  if (composed !== composed.trim() || /[\p{Cc}\p{Cf}\p{Cs}]/u.test(composed)) {
    throw badUserInput("city must not begin or end with a space, nor hold control or format characters.");
  }
  return composed;
}

/** Years. */
export function ageArgument(age: number | null | undefined): number {
  if (age === null || age === undefined) throw badUserInput("scope AGE needs age.");
  if (age < 0 || age > limits.ageYearsMax) throw badUserInput(`age must be from 0 to ${limits.ageYearsMax}.`);
  return age;
}
