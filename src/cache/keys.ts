// Every key that Satchel uses in the cache Redis: satchel:<database>:purpose:noun:id. The connection puts the first
// part in front (redis.ts), so that what is known of one database is never told of another. Keys that
// belong together share a hash tag, in braces; tags and answers travel many at a time and have none, so this is no
// client for a Redis Cluster (ADR 0013).

/**
 * What stands before every key of a database. By its name alone: two processes may reach one server by two
 * addresses, and must still hear of each other's writes.
 */
export function keyPrefixOf(databaseUrl: string): string {
  return `satchel:${new URL(databaseUrl).pathname.slice(1)}:`;
}

export const cacheKeys = {
  /** Documents that clients registered by themselves (APQ): a hash of text by sha256. */
  automaticDocumentTexts: "{apq}:document:texts",
  /** The same by age: a sorted set of sha256 by time of registration. */
  automaticDocumentAges: "{apq}:document:ages",
  /** Bytes of them all. */
  automaticDocumentBytes: "{apq}:document:bytes",
  /** The generation of a tag, or who holds it open. */
  tagGeneration: (tag: string) => `tag:generation:${tag}`,
  /** What every cached answer of every process was made under. */
  epoch: "{epoch}:id",
  /** There while a new epoch must not be used yet. */
  epochShut: "{epoch}:shut",
  /** A cached answer. */
  answer: (key: string) => `answer:${key}`,
} as const;
