// Run totals and the rankings that follow from them. Each scope of a ranking is one index in order
// of distance, so that ranks are counts of index entries and a leaderboard is a walk along it.

import type { DatabasePool } from "../database/pool.ts";
import { countOf } from "./columns.ts";
import { queryUnionAll, type Branch } from "./union-all.ts";

export interface RunTotalRow {
  readonly playerId: bigint;
  readonly distanceMm: bigint;
  readonly runCount: bigint;
  readonly city: string | null;
  readonly birthYear: number | null;
}

/** Among whom to rank: everyone, a city, or those born in a year. */
export type RankingGroup =
  | { readonly scope: "OVERALL" }
  | { readonly scope: "CITY"; readonly city: string }
  | { readonly scope: "AGE"; readonly birthYear: number };

export interface RankKey {
  readonly group: RankingGroup;
  readonly distanceMm: bigint;
}

export interface LeaderboardPageKey {
  readonly group: RankingGroup;
  /** Only players after this place in the order; null for the first page. */
  readonly after: { readonly distanceMm: bigint; readonly playerId: bigint } | null;
  readonly rowsMax: number;
}

export interface LeaderboardRow {
  readonly rank: number;
  readonly playerId: bigint;
  readonly distanceMm: bigint;
}

/** Known totals in any order; players without a run are left out. One statement. */
export async function findRunTotalsByPlayer(pool: DatabasePool, playerIds: readonly bigint[]): Promise<RunTotalRow[]> {
  const rows = await pool.query<[bigint, bigint, bigint, string | null, number | null][]>(
    {
      sql: "SELECT player_id, distance_mm, run_count, city, birth_year FROM run_total WHERE player_id IN (?)",
      rowsAsArray: true,
    },
    [playerIds],
  );
  return rows.map(([playerId, distanceMm, runCount, city, birthYear]) => ({
    playerId,
    distanceMm,
    runCount,
    city,
    birthYear,
  }));
}

/**
 * The competition rank of each distance in its group: one more than the number of longer ones. One
 * statement that counts every stretch between two asked distances once, so that a hundred ranks of
 * one group cost as much as the lowest of them.
 */
export async function findRanks(pool: DatabasePool, keys: readonly RankKey[]): Promise<number[]> {
  const stretches = stretchesOf(keys);
  const counts = await queryUnionAll<[bigint]>(
    pool,
    stretches.map(({ group, above, upTo }) => ({
      columns: "COUNT(*)",
      rest: `FROM run_total WHERE ${groupSql(group)}distance_mm > ?${upTo === null ? "" : " AND distance_mm <= ?"}`,
      values: [...groupValues(group), above, ...(upTo === null ? [] : [upTo])],
    })),
  );
  const ranks = new Map<string, number>();
  let longer = 0;
  stretches.forEach(({ group, above, upTo }, place) => {
    const count = countOf(counts[place]![0]![0]);
    longer = upTo === null ? count : longer + count;
    ranks.set(rankText({ group, distanceMm: above }), longer + 1);
  });
  return keys.map((key) => ranks.get(rankText(key))!);
}

/** One page per key with ranks, longest first, ties by player id. One statement, so one snapshot. */
export async function listLeaderboardPages(
  pool: DatabasePool,
  keys: readonly LeaderboardPageKey[],
): Promise<LeaderboardRow[][]> {
  const answers = await queryUnionAll<[bigint | string, bigint | string]>(pool, keys.flatMap(leaderboardBranches));
  return keys.map((key, place) => {
    const [cells = [], longer, tied] = answers.slice(place * BRANCHES_PER_PAGE, (place + 1) * BRANCHES_PER_PAGE);
    // A column that is unsigned in one branch and a signed count in another is DECIMAL in their
    // UNION, and the driver hands DECIMAL over as text.
    const rows = cells.map(([playerId, distanceMm]) => [BigInt(playerId), BigInt(distanceMm)] as const);
    const longerCount = countOf(longer?.[0]?.[0] ?? 0);
    const tiedCount = countOf(tied?.[0]?.[0] ?? 0);
    return rankedRows(rows, key.after?.distanceMm ?? null, longerCount, tiedCount);
  });
}

export function rankText({ group, distanceMm }: RankKey): string {
  return `${groupText(group)}|${distanceMm}`;
}

/** A group as text; the city comes last because it may hold any character. */
export function groupText(group: RankingGroup): string {
  if (group.scope === "CITY") return `CITY|${group.city}`;
  return group.scope === "AGE" ? `AGE|${group.birthYear}` : "OVERALL";
}

interface Stretch {
  readonly group: RankingGroup;
  readonly above: bigint;
  /** Null for the longest asked distance of a group. */
  readonly upTo: bigint | null;
}

/** Per group, the distinct distances from long to short, each counting down from the one before. */
function stretchesOf(keys: readonly RankKey[]): Stretch[] {
  const groups = new Map<string, { group: RankingGroup; distances: Set<bigint> }>();
  for (const { group, distanceMm } of keys) {
    const text = groupText(group);
    const known = groups.get(text);
    if (known === undefined) groups.set(text, { group, distances: new Set([distanceMm]) });
    else known.distances.add(distanceMm);
  }
  return [...groups.values()].flatMap(({ group, distances }) => {
    const descending = [...distances].toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0));
    return descending.map((above, place) => ({ group, above, upTo: descending[place - 1] ?? null }));
  });
}

const BRANCHES_PER_PAGE = 3;

/** The page itself, how many ran farther than the cursor's place, and how many as far, up to it. */
function leaderboardBranches({ group, after, rowsMax }: LeaderboardPageKey): Branch[] {
  const inGroup = groupSql(group);
  const values = groupValues(group);
  const order = "ORDER BY distance_mm DESC, player_id LIMIT ?";
  const columns = "player_id, distance_mm";
  if (after === null) {
    // Always true; it names the index range, so that the walk starts at its head.
    const page = {
      columns,
      rest: `FROM run_total WHERE ${inGroup}distance_mm >= 0 ${order}`,
      values: [...values, rowsMax],
    };
    const nobody = { columns: "0, 0", rest: "", values: [] };
    return [page, nobody, nobody];
  }
  const { distanceMm, playerId } = after;
  const count = "COUNT(*), 0";
  return [
    {
      columns,
      rest: `FROM run_total WHERE ${inGroup}distance_mm <= ? AND (distance_mm < ? OR player_id > ?) ${order}`,
      values: [...values, distanceMm, distanceMm, playerId, rowsMax],
    },
    { columns: count, rest: `FROM run_total WHERE ${inGroup}distance_mm > ?`, values: [...values, distanceMm] },
    {
      columns: count,
      rest: `FROM run_total WHERE ${inGroup}distance_mm = ? AND player_id <= ?`,
      values: [...values, distanceMm, playerId],
    },
  ];
}

/** Competition ranks along a page: equal distances share the rank of the first of them. */
function rankedRows(
  rows: readonly (readonly [bigint, bigint])[],
  afterDistanceMm: bigint | null,
  longerCount: number,
  tiedCount: number,
): LeaderboardRow[] {
  let rank = longerCount + 1;
  let distanceOfRank = afterDistanceMm;
  return rows.map(([playerId, distanceMm], place) => {
    if (distanceMm !== distanceOfRank) {
      rank = longerCount + tiedCount + place + 1;
      distanceOfRank = distanceMm;
    }
    return { rank, playerId, distanceMm };
  });
}

function groupSql(group: RankingGroup): string {
  if (group.scope === "CITY") return "city = ? AND ";
  return group.scope === "AGE" ? "birth_year = ? AND " : "";
}

function groupValues(group: RankingGroup): (string | number)[] {
  if (group.scope === "CITY") return [group.city];
  return group.scope === "AGE" ? [group.birthYear] : [];
}
