// Reads prisma/schema.prisma into a description to compare with the live database. A parser of our own
// for the part of the language that this schema uses: Prisma's differ needs an engine that is not had
// everywhere, and its generated client keeps neither native types nor indexes. Whatever it does not
// know is an error, never skipped, or the comparison would go blind to it.
import { readFileSync } from "node:fs";
import type { SchemaDescription, TableDescription } from "./schema-description.ts";

/** The schema as the project has it, or `source`. */
export function describePrismaSchema(
  source: string = readFileSync(new URL("../../prisma/schema.prisma", import.meta.url), "utf8"),
): SchemaDescription {
  const blocks = blocksOf(source);
  const enums = new Map(blocks.filter(({ keyword }) => keyword === "enum").map((block) => [block.name, block.lines]));
  const models = blocks.filter(({ keyword }) => keyword === "model" || keyword === "view").map(modelOf);
  return Object.fromEntries(models.map((model) => [model.table, describeModel(model, models, enums)]));
}

interface Block {
  readonly keyword: string;
  readonly name: string;
  readonly lines: readonly string[];
}

interface Field {
  readonly name: string;
  readonly type: string;
  readonly isNullable: boolean;
  readonly isList: boolean;
  readonly column: string;
  /** What follows the type. */
  readonly attributes: string;
}

interface Model {
  readonly kind: "table" | "view";
  readonly name: string;
  readonly table: string;
  readonly fields: readonly Field[];
  /** Lines that begin with @@. */
  readonly blockAttributes: readonly string[];
}

const NATIVE_TYPES: Record<string, string> = {
  UnsignedBigInt: "bigint unsigned",
  UnsignedInt: "int unsigned",
  UnsignedSmallInt: "smallint unsigned",
  VarChar: "varchar",
  MediumText: "mediumtext",
  Binary: "binary",
  DateTime: "datetime",
  Decimal: "decimal",
};
const PLAIN_TYPES: Record<string, string> = { BigInt: "bigint", Int: "int", Float: "double" };

function blocksOf(source: string): Block[] {
  const bare = source.replaceAll(/^\s*\/\/.*$/gm, "");
  return [...bare.matchAll(/^(\w+)\s+(\w+)\s*\{\n(.*?)^\}/gms)].map(([, keyword = "", name = "", body = ""]) => ({
    keyword,
    name,
    lines: body
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  }));
}

function modelOf({ keyword, name, lines }: Block): Model {
  const blockAttributes = lines.filter((line) => line.startsWith("@@"));
  return {
    kind: keyword === "view" ? "view" : "table",
    name,
    table: quotedIn(blockAttributes.find((line) => line.startsWith("@@map("))) ?? name,
    fields: lines.filter((line) => !line.startsWith("@@")).map(fieldOf),
    blockAttributes: blockAttributes.filter((line) => !line.startsWith("@@map(")),
  };
}

function fieldOf(line: string): Field {
  const match = /^(\w+)\s+(\w+)(\?|\[\])?\s*(.*)$/.exec(line);
  if (match === null) throw new Error(`schema.prisma has a line that is no field: ${line}`);
  const [, name = "", type = "", suffix, attributes = ""] = match;
  const column = quotedIn(/@map\("[^"]*"\)/.exec(attributes)?.[0]) ?? name;
  return { name, type, isNullable: suffix === "?", isList: suffix === "[]", column, attributes };
}

function describeModel(
  model: Model,
  models: readonly Model[],
  enums: ReadonlyMap<string, readonly string[]>,
): TableDescription {
  const isRelation = (field: Field): boolean => models.some(({ name }) => name === field.type);
  const columns = model.fields.filter((field) => !isRelation(field) && !field.isList);
  const relations = model.fields.filter((field) => field.attributes.includes("fields: ["));
  const keys =
    model.kind === "view" ? [] : [...fieldKeys(columns), ...model.blockAttributes.map((line) => blockKey(model, line))];
  return {
    kind: model.kind,
    columns: Object.fromEntries(columns.map((field) => [field.column, columnText(model, field, enums)])),
    indexes: Object.fromEntries(keys),
    foreignKeys: Object.fromEntries(relations.map((field) => foreignKey(model, field, models))),
  };
}

function columnText({ kind }: Model, field: Field, enums: ReadonlyMap<string, readonly string[]>): string {
  const type = sqlTypeOf(field, enums);
  // Of a view's columns the server decides what can be null and how many digits a sum has.
  if (kind === "view") return type.replace(/^decimal\(.*/, "decimal");
  const nullability = field.isNullable ? "null" : "not null";
  return [type, nullability, defaultText(field)].filter((part) => part !== "").join(" ");
}

function sqlTypeOf({ type, attributes, name }: Field, enums: ReadonlyMap<string, readonly string[]>): string {
  const values = enums.get(type);
  if (values !== undefined) return `enum(${values.map((value) => `'${value}'`).join(",")})`;
  const native = /@db\.(\w+)(\([\d, ]+\))?/.exec(attributes);
  const sqlType = native === null ? PLAIN_TYPES[type] : NATIVE_TYPES[native[1] ?? ""];
  if (sqlType === undefined)
    throw new Error(`schema.prisma: the type of ${name} is unknown to the drift test: ${type} ${attributes}`);
  return `${sqlType}${(native?.[2] ?? "").replaceAll(" ", "")}`;
}

function defaultText({ attributes, name }: Field): string {
  const value = /@default\(((?:[^()]|\(\))*)\)/.exec(attributes)?.[1];
  if (value === undefined) return "";
  if (value === "autoincrement()") return "auto_increment";
  if (value === "now()") return "default current_timestamp(3)";
  if (/^\w+$/.test(value)) return `default ${value}`;
  throw new Error(`schema.prisma: the default of ${name} is unknown to the drift test: ${value}`);
}

function fieldKeys(columns: readonly Field[]): [string, string][] {
  const unique = columns.filter(({ attributes }) => /@unique\b/.test(attributes));
  const primary = columns.filter(({ attributes }) => /@id\b/.test(attributes));
  return [
    ...primary.map(({ column }): [string, string] => ["PRIMARY", `unique (${column} asc)`]),
    ...unique.map(({ column, attributes }): [string, string] => [mapIn(attributes), `unique (${column} asc)`]),
  ];
}

function blockKey(model: Model, line: string): [string, string] {
  const match = /^@@(id|unique|index)\(\[([^\]]*)\]/.exec(line);
  if (match === null) throw new Error(`schema.prisma: ${model.name} has a line unknown to the drift test: ${line}`);
  const [, keyword = "", list = ""] = match;
  const parts = list.split(/,\s*/).map((part) => {
    const [, name = "", order = "asc"] = /^(\w+)(?:\(sort: (\w+)\))?$/.exec(part) ?? [];
    return `${columnNamed(model, name)} ${order.toLowerCase()}`;
  });
  const text = `${keyword === "index" ? "index" : "unique"} (${parts.join(", ")})`;
  return [keyword === "id" ? "PRIMARY" : mapIn(line), text];
}

function foreignKey(model: Model, field: Field, models: readonly Model[]): [string, string] {
  const { attributes } = field;
  const target = models.find(({ name }) => name === field.type);
  const columns = listIn(attributes, "fields").map((name) => columnNamed(model, name));
  const references = listIn(attributes, "references").map((name) => columnNamed(target, name));
  const rule = (event: string): string =>
    (new RegExp(`${event}: (\\w+)`).exec(attributes)?.[1] ?? "none").toLowerCase();
  const actions = `delete ${rule("onDelete")}, update ${rule("onUpdate")}`;
  return [mapIn(attributes), `(${columns.join(", ")}) to ${target?.table}(${references.join(", ")}), ${actions}`];
}

function listIn(attributes: string, name: string): string[] {
  return (new RegExp(`${name}: \\[([^\\]]*)\\]`).exec(attributes)?.[1] ?? "").split(/,\s*/);
}

function columnNamed(model: Model | undefined, name: string): string {
  const field = model?.fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new Error(`schema.prisma: ${model?.name} has no field ${name}`);
  return field.column;
}

/** The name a key has in the database; all of ours are named. */
function mapIn(attributes: string): string {
  const name = /map: "([^"]*)"/.exec(attributes)?.[1];
  if (name === undefined) throw new Error(`schema.prisma: a key without its name: ${attributes}`);
  return name;
}

function quotedIn(text: string | undefined): string | undefined {
  return text === undefined ? undefined : /"([^"]*)"/.exec(text)?.[1];
}
