// How MariaDB carries a statement out, by its ANALYZE FORMAT=JSON: the plan, beside what each step read in fact.

import type { DatabasePool } from "../../src/database/pool.ts";
import type { PlanStep } from "./findings.ts";

/** Null for a CALL, which ANALYZE does not take. */
export async function explain(
  pool: DatabasePool,
  { sql, values }: { readonly sql: string; readonly values: unknown },
): Promise<PlanStep[] | null> {
  if (sql.startsWith("CALL")) return null;
  const [row] = await pool.query<[string][]>({ sql: `ANALYZE FORMAT=JSON ${sql}`, rowsAsArray: true }, values);
  return stepsIn(parsedPlan(row![0]), []);
}

/** MariaDB writes the bytes of a geometry into a condition, unescaped: conditions are emptied before parsing. */
export function parsedPlan(json: string): PlanNode {
  return JSON.parse(json.replaceAll(/("attached_condition": ")[^]*?("(?:,|\n)\s*["}])/g, "$1$2")) as PlanNode;
}

/** Nested as the plan is: sorts and derived tables around the tables that they read. */
type PlanNode = { readonly [key: string]: unknown };

/** Tables in the order of reading; `around` are the sorts and temporary tables that the node stands in. */
export function stepsIn(node: PlanNode, around: readonly string[]): PlanStep[] {
  return Object.entries(node).flatMap(([name, inner]) => {
    const children = (Array.isArray(inner) ? inner : [inner]).filter(isNode);
    if (name === "table") return children.flatMap((table) => tableSteps(table, around));
    return children.flatMap((child) => stepsIn(child, name in WORK ? [...around, WORK[name]!] : around));
  });
}

const WORK: Readonly<Record<string, string>> = { filesort: "sorted", temporary_table: "temporary table" };

/** A derived table is told after what it is made of. */
function tableSteps(table: PlanNode, around: readonly string[]): PlanStep[] {
  const { materialized, ...own } = table;
  const number = (name: string) => Number(own[name] ?? Number.NaN);
  const word = (name: string) => (typeof own[name] === "string" ? own[name] : "");
  const step = {
    table: word("table_name"),
    type: word("access_type"),
    key: word("key"),
    rows: count(number("rows") * number("r_loops")),
    rowsInFact: count(number("r_rows") * number("r_loops")),
    extra: [...(own["using_index"] === true ? ["index alone"] : []), ...new Set(around)].join(", "),
  };
  return [...(isNode(materialized) ? stepsIn(materialized, []) : []), step];
}

function isNode(value: unknown): value is PlanNode {
  return typeof value === "object" && value !== null;
}

function count(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString("en") : "-";
}
