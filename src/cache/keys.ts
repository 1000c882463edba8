// Every key that Satchel uses in the cache Redis: satchel:purpose:noun:id. Keys that one script touches
// share a hash tag, in braces, so that Redis Cluster keeps them in one slot.

export const cacheKeys = {
  /** Documents that clients registered by themselves (APQ): a hash of text by sha256. */
  automaticDocumentTexts: "satchel:{apq}:document:texts",
  /** The same by age: a sorted set of sha256 by time of registration. */
  automaticDocumentAges: "satchel:{apq}:document:ages",
  /** Bytes of them all. */
  automaticDocumentBytes: "satchel:{apq}:document:bytes",
  /** The generation of a tag. */
  tagGeneration: (tag: string) => `satchel:tag:generation:${tag}`,
} as const;
