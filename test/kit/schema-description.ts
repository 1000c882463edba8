// One vocabulary for two descriptions of the database, so that comparing them is one `toEqual`: as
// prisma/schema.prisma has it (prisma-schema.ts) and as the server has it (live-schema.ts). Every fact is
// a short text, which makes a difference readable in the failure.

/** Tables and views by name. */
export type SchemaDescription = Record<string, TableDescription>;

/** A view has columns only. */
export interface TableDescription {
  readonly kind: "table" | "view";
  /** "varchar(64) not null", by column name. */
  readonly columns: Record<string, string>;
  /** "unique (city asc, distance_mm desc)", by index name; the primary key is PRIMARY. */
  readonly indexes: Record<string, string>;
  /** "(player_id) to player(id), delete restrict, update restrict", by constraint name. */
  readonly foreignKeys: Record<string, string>;
}
