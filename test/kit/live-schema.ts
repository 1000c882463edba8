// Reads the live database's information_schema into a description to compare with schema.prisma.
// MariaDB and MySQL word the same fact differently (display widths, quotes around defaults, NULL as
// text): that is evened out here, and nothing else is.
import type { TestDatabase } from "./database.ts";
import type { SchemaDescription } from "./schema-description.ts";

/** All tables and views of the test database but Prisma's own history. */
export async function describeLiveSchema(database: Pick<TestDatabase, "query">): Promise<SchemaDescription> {
  const tables = await database.query(
    "SELECT table_name AS name, table_type AS type FROM information_schema.tables " +
      "WHERE table_schema = DATABASE() AND table_name <> '_prisma_migrations'",
  );
  const views = new Set(tables.filter(({ type }) => type === "VIEW").map(({ name }) => name as string));
  const [columns, indexes, foreignKeys] = [
    await columnsByTable(database, views),
    await indexesByTable(database),
    await foreignKeysByTable(database),
  ];
  return Object.fromEntries(
    tables.map(({ name }) => [
      name,
      {
        kind: views.has(name) ? "view" : "table",
        columns: columns[name] ?? {},
        indexes: indexes[name] ?? {},
        foreignKeys: foreignKeys[name] ?? {},
      },
    ]),
  );
}

type TextsByTable = Record<string, Record<string, string>>;

async function columnsByTable(
  { query }: Pick<TestDatabase, "query">,
  views: ReadonlySet<string>,
): Promise<TextsByTable> {
  const rows = await query(
    "SELECT table_name AS tableName, column_name AS name, column_type AS type, is_nullable AS nullable, " +
      "column_default AS value, extra AS extra FROM information_schema.columns WHERE table_schema = DATABASE()",
  );
  return grouped(
    rows.map(({ tableName, name, type, nullable, value, extra }) => {
      const sqlType = String(type).replace(/^(bigint|int|smallint)\(\d+\)/, "$1");
      if (views.has(tableName)) return [tableName, name, sqlType.replace(/^decimal\(.*/, "decimal")];
      const parts = [sqlType, nullable === "YES" ? "null" : "not null", defaultText(value, extra)];
      return [tableName, name, parts.filter((part) => part !== "").join(" ")];
    }),
  );
}

async function indexesByTable({ query }: Pick<TestDatabase, "query">): Promise<TextsByTable> {
  const rows = await query(
    "SELECT table_name AS tableName, index_name AS name, MIN(non_unique) AS nonUnique, " +
      "GROUP_CONCAT(CONCAT(column_name, IF(collation = 'D', ' desc', ' asc')) ORDER BY seq_in_index SEPARATOR ', ') AS parts " +
      "FROM information_schema.statistics WHERE table_schema = DATABASE() GROUP BY table_name, index_name",
  );
  return grouped(
    rows.map(({ tableName, name, nonUnique, parts }) => [
      tableName,
      name,
      `${nonUnique === 0 ? "unique" : "index"} (${parts})`,
    ]),
  );
}

async function foreignKeysByTable({ query }: Pick<TestDatabase, "query">): Promise<TextsByTable> {
  const rows = await query(
    "SELECT k.table_name AS tableName, k.constraint_name AS name, k.referenced_table_name AS target, " +
      "GROUP_CONCAT(k.column_name ORDER BY k.ordinal_position SEPARATOR ', ') AS columnList, " +
      "GROUP_CONCAT(k.referenced_column_name ORDER BY k.ordinal_position SEPARATOR ', ') AS targetList, " +
      "MIN(r.delete_rule) AS deleteRule, MIN(r.update_rule) AS updateRule " +
      "FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r " +
      "ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name " +
      "WHERE k.table_schema = DATABASE() GROUP BY k.table_name, k.constraint_name, k.referenced_table_name",
  );
  return grouped(
    rows.map(({ tableName, name, target, columnList, targetList, deleteRule, updateRule }) => [
      tableName,
      name,
      `(${columnList}) to ${target}(${targetList}), delete ${deleteRule.toLowerCase()}, update ${updateRule.toLowerCase()}`,
    ]),
  );
}

function defaultText(value: string | null, extra: string): string {
  if (extra.includes("auto_increment")) return "auto_increment";
  if (value === null || value === "NULL") return "";
  return `default ${value.replace(/^'(.*)'$/, "$1").replace(/^CURRENT_TIMESTAMP/, "current_timestamp")}`;
}

function grouped(entries: readonly (readonly string[])[]): TextsByTable {
  const texts: TextsByTable = {};
  for (const [table = "", name = "", text = ""] of entries) (texts[table] ??= {})[name] = text;
  return texts;
}
