// DataLoader wants an answer per key, in the order of the keys; statements answer with the rows there
// are, in any order. This is the step between.

/** For each key the row whose text is the key's, or null. */
export function inOrderOf<Key, Row>(
  keys: readonly Key[],
  rows: readonly Row[],
  keyText: (key: Key) => string,
  rowText: (row: Row) => string,
): (Row | null)[] {
  const rowByText = new Map(rows.map((row) => [rowText(row), row]));
  return keys.map((key) => rowByText.get(keyText(key)) ?? null);
}
