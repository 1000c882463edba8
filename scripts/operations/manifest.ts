// Lists of operations as files: our registry, and what an app's build hands in. Two forms are read:
// Apollo's persisted-query manifest, which the registry is one of, and Relay's map from id to text. Only
// the form is judged here; what the operations are worth is judgement.ts's.

import { getOperationAST, parse } from "graphql";
import type { RegisteredOperation } from "../../src/operations/registry.ts";
import { SetupError } from "../setup-error.ts";

const FORMAT = "apollo-persisted-query-manifest";
const VERSION = 1;
const REGISTRY_KEYS = ["format", "version", "operations"];
const ENTRY_KEYS = ["id", "name", "type", "body"] as const;
const SHA256_HEX = /^[0-9a-f]{64}$/;
const MD5_HEX = /^[0-9a-f]{32}$/;

/** The operations of registry.json, `null` for one that is not there yet. Throws a SetupError where it is no registry. */
export function registryOf(text: string | null, name = "src/operations/registry.json"): RegisteredOperation[] {
  if (text === null) return [];
  const manifest = jsonObject(text, name);
  const keys = Object.keys(manifest);
  if (keys.join(" ") !== REGISTRY_KEYS.join(" ")) {
    throw new SetupError(`${name}: expected the keys ${REGISTRY_KEYS.join(", ")}, got ${keys.join(", ") || "none"}`);
  }
  const operations = apolloOperations(manifest, name);
  const strange = (manifest["operations"] as object[]).findIndex((entry) => Object.keys(entry).length > 4);
  if (strange !== -1) throw new SetupError(`${name}: operations[${strange}] has more than ${ENTRY_KEYS.join(", ")}`);
  return operations;
}

/** The operations of an app's manifest. Throws a SetupError that says what was expected and what came. */
export function manifestOf(text: string, name: string): RegisteredOperation[] {
  const manifest = jsonObject(text, name);
  const operations = isRelayMap(manifest) ? relayOperations(manifest, name) : apolloOperations(manifest, name);
  if (operations.length === 0) throw new SetupError(`${name} holds no operation`);
  return operations;
}

/** The text of registry.json. */
export function manifestText(operations: readonly RegisteredOperation[]): string {
  const entries = operations.map(({ id, name, type, body }) => ({ id, name, type, body }));
  return `${JSON.stringify({ format: FORMAT, version: VERSION, operations: entries }, null, 2)}\n`;
}

function jsonObject(text: string, name: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SetupError(`${name} is not JSON: ${(error as Error).message.split("\n")[0]}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new SetupError(`${name}: expected an object, got ${Array.isArray(value) ? "a list" : JSON.stringify(value)}`);
}

function apolloOperations(manifest: Record<string, unknown>, name: string): RegisteredOperation[] {
  const { format, version, operations } = manifest;
  if (format !== FORMAT) {
    throw new SetupError(
      `${name}: expected "format": "${FORMAT}", or Relay's map from id to text; got ${shown(format)}`,
    );
  }
  if (version !== VERSION) throw new SetupError(`${name}: expected "version": ${VERSION}, got ${shown(version)}`);
  if (!Array.isArray(operations)) throw new SetupError(`${name}: expected "operations" to be a list`);
  return operations.map((entry, place) => {
    const found = (typeof entry === "object" && entry !== null ? entry : {}) as Record<string, unknown>;
    const wrong = ENTRY_KEYS.find((key) => typeof found[key] !== "string");
    if (wrong === undefined) return entry as RegisteredOperation;
    const named = typeof found["name"] === "string" ? ` (${found["name"]})` : "";
    throw new SetupError(`${name}: operations[${place}]${named} has no text as "${wrong}"`);
  });
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

function isRelayMap(manifest: Record<string, unknown>): boolean {
  const ids = Object.keys(manifest);
  return ids.length > 0 && ids.every((id) => SHA256_HEX.test(id) || MD5_HEX.test(id));
}

/** relay-compiler's `persistConfig.file`. It says neither name nor type: the documents do. */
function relayOperations(manifest: Record<string, unknown>, name: string): RegisteredOperation[] {
  return Object.entries(manifest).map(([id, body]) => {
    if (MD5_HEX.test(id)) {
      throw new SetupError(
        `${name}: ${id} is an MD5; the server knows operations by SHA-256. Set "algorithm": "SHA256" in Relay's persistConfig`,
      );
    }
    if (typeof body !== "string") throw new SetupError(`${name}: ${id} has no text`);
    return { id, ...nameAndTypeOf(body), body };
  });
}

/** Empty where the text does not parse or is not one operation: judgement.ts says so in its own words. */
function nameAndTypeOf(body: string): { name: string; type: string } {
  try {
    const operation = getOperationAST(parse(body, { maxLexicalTokens: 100_000 }));
    return { name: operation?.name?.value ?? "", type: operation?.operation ?? "" };
  } catch {
    return { name: "", type: "" };
  }
}
