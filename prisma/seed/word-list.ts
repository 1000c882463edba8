// Long lists of words are written as running text, which reads and diffs better than an entry a line.

/** The entries of a comma-separated text, trimmed, in order. */
export function wordList(text: string): readonly string[] {
  return text.split(",").map((word) => word.trim());
}
