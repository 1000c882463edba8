// One text for one value, whatever the order of its fields: for comparing what two requests ask.

/**
 * Fields that are absent are left out, and those that are null as well where `isNullAbsent`. Takes bigints,
 * which get an "n" behind, and dates.
 */
export function canonicalText(value: unknown, isNullAbsent = false): string {
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value)) return `[${value.map((entry) => canonicalText(entry, isNullAbsent)).join(",")}]`;
  if (value instanceof Date) return `d${value.getTime()}`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  let text = "{";
  for (const name of Object.keys(value).toSorted()) {
    const field = (value as Record<string, unknown>)[name];
    if (field === undefined || (isNullAbsent && field === null)) continue;
    text += `${text === "{" ? "" : ","}${JSON.stringify(name)}:${canonicalText(field, isNullAbsent)}`;
  }
  return `${text}}`;
}
