// "The first n rows of each of many lists" in one statement: a UNION ALL with a branch per list, each
// with its own ORDER BY and LIMIT, so that every branch is a short walk along an index. Window
// functions would read each list to its end before cutting it.

import type { DatabasePool } from "../database/pool.ts";

export interface Branch {
  /** SELECT without ORDER BY outside it; its columns follow after the branch's number. */
  readonly columns: string;
  /** Everything after the column list, FROM to LIMIT. */
  readonly rest: string;
  readonly values: readonly unknown[];
}

/** Rows of each branch, in the order of the branches and, within one, of its ORDER BY. One statement. */
export async function queryUnionAll<Row extends readonly unknown[]>(
  pool: DatabasePool,
  branches: readonly Branch[],
): Promise<Row[][]> {
  const rowsByBranch: Row[][] = branches.map(() => []);
  if (branches.length === 0) return rowsByBranch;
  const sql = branches.map(({ columns, rest }, place) => `(SELECT ${place}, ${columns} ${rest})`).join(" UNION ALL ");
  const rows = await pool.query<[number | bigint, ...unknown[]][]>(
    { sql, rowsAsArray: true },
    branches.flatMap(({ values }) => values),
  );
  for (const [place, ...cells] of rows) rowsByBranch[Number(place)]!.push(cells as unknown as Row);
  return rowsByBranch;
}
