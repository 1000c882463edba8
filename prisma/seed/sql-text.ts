// Builds the multi-row INSERTs of the seed as text: 54 rows a player make placeholders and their
// binding the dearest part of seeding. Every value that reaches a statement passes through here.

/** A value of the seed: text is quoted, bytes become a hex literal, dates UTC with milliseconds. */
export type SqlValue = string | number | null | Uint8Array | Date;

/** `(1,'x',NULL)`. */
export function sqlRow(values: readonly SqlValue[]): string {
  return `(${values.map(sqlLiteral).join(",")})`;
}

/** One INSERT with all `rows` (made by `sqlRow`); at least one. */
export function sqlInsert(table: string, columns: readonly string[], rows: readonly string[]): string {
  return `INSERT INTO \`${table}\` (${columns.map((column) => `\`${column}\``).join(",")}) VALUES ${rows.join(",")}`;
}

function sqlLiteral(value: SqlValue): string {
  if (value === null) return "NULL";
  if (typeof value === "number") return numberLiteral(value);
  if (typeof value === "string") return `'${value.replace(/['\\]/g, "\\$&")}'`;
  if (value instanceof Date) return `'${value.toISOString().slice(0, 23).replace("T", " ")}'`;
  return `x'${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}'`;
}

function numberLiteral(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is no SQL number`);
  return String(value);
}
