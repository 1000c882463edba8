// How columns turn into values, for statements that the driver answers as arrays of raw cells.

/** DATETIME(3) text of a UTC session, "2026-11-21 06:00:00.000", as RFC 3339. */
export function rfc3339(text: string): string {
  return `${text.slice(0, 10)}T${text.slice(11)}Z`;
}

/** RFC 3339 in UTC, as `rfc3339` writes it, as a UTC session takes it. */
export function datetime(moment: string): string {
  return moment.slice(0, -1).replace("T", " ");
}

/** A BIGINT that is only ever as large as a count of rows or of index entries. */
export function countOf(cell: bigint | number | string): number {
  return Number(cell);
}
