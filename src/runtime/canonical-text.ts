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
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined && !(isNullAbsent && field === null))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalText(field, isNullAbsent)}`);
  return `{${fields.join(",")}}`;
}
