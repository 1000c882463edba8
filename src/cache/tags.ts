// What cached answers depend on, by name. A tag is known from what is asked alone, before anything is read,
// and every committed write names the tags of what it changes.

export const cacheTags = {
  /** A player's balances, version and ledger. */
  playerItems: (playerId: bigint) => `player:${playerId}:items`,
  /** A player's item locations. */
  playerPlaces: (playerId: bigint) => `player:${playerId}:places`,
  /** Items, recipes and locations. */
  catalogue: () => "catalogue",
} as const;
