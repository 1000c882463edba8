// upsertLocations: points by the studio's own ids, inserted or updated. One that is in use does not move,
// because item locations carry a copy of its point.

import { cacheTags } from "../cache/tags.ts";
import type { Transaction } from "../database/transaction.ts";
import { lockLocationsByExternalId, putLocations } from "../repositories/location.ts";
import { must } from "../runtime/assert.ts";
import type { GeoPoint } from "../runtime/great-circle.ts";
import { limits } from "../runtime/limits.ts";
import type { Idempotency } from "./idempotency.ts";
import { invalid, refusalOfEntryCount } from "./item-counts.ts";
import { refusalOfName, refusalsOfRepetition } from "./names.ts";
import type { Refusal } from "./outcome.ts";
import type { StudioCommand, StudioOutcome } from "./studio-commit.ts";

export interface UpsertedLocation {
  readonly externalId: string;
  /** Composed (NFC). */
  readonly name: string;
  readonly point: GeoPoint;
}

export interface UpsertLocationsInput {
  readonly locations: readonly UpsertedLocation[];
}

/** Keys are location ids. */
export function upsertLocations({ locations }: UpsertLocationsInput, idempotency: Idempotency): StudioCommand<bigint> {
  return {
    idempotency,
    tags: [cacheTags.catalogue()],
    run: (transaction) => run(transaction, locations),
  };
}

async function run(transaction: Transaction, locations: readonly UpsertedLocation[]): Promise<StudioOutcome<bigint>> {
  const wrong = refusalsOfEntries(locations);
  if (wrong.length > 0) return { refusals: wrong, keys: [] };
  const rows = await lockLocationsByExternalId(
    transaction,
    locations.map(({ externalId }) => externalId),
  );
  const known = new Map(rows.map((row) => [row.externalId, row]));
  const moved = locations.flatMap(({ externalId, point }, place): Refusal[] => {
    const row = known.get(externalId);
    if (row === undefined || !row.isUsed || (row.point.lat === point.lat && row.point.lng === point.lng)) return [];
    return [invalid(["locations", String(place), "point"], "A location that is in use does not move.")];
  });
  if (moved.length > 0) return { refusals: moved, keys: [] };
  const idByExternalId = await putLocations(
    transaction,
    locations.map((location) => ({ ...location, locationId: known.get(location.externalId)?.locationId ?? null })),
  );
  return {
    refusals: [],
    keys: locations.map(({ externalId }) => must(idByExternalId.get(externalId), "a location has no id")),
  };
}

function refusalsOfEntries(locations: readonly UpsertedLocation[]): Refusal[] {
  const wrongCount = refusalOfEntryCount(locations, "locations");
  if (wrongCount !== null) return [wrongCount];
  return [
    ...refusalsOfRepetition(
      locations.map(({ externalId }) => externalId),
      "locations",
    ),
    ...locations.flatMap(({ externalId, name }, place) =>
      [
        refusalOfName(externalId, limits.externalIdCharactersMax, ["locations", String(place), "externalId"]),
        refusalOfName(name, limits.locationNameCharactersMax, ["locations", String(place), "name"]),
      ].filter((refusal) => refusal !== null),
    ),
  ];
}
