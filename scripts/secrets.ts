// Secrets of one clone for development, made once and kept under the data directory: nothing secret is
// in the repository, and a token outlives a restart. One file each, readable by the owner only, so that
// a secret that a later version needs is added without touching the others.
import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What the server needs beside its URLs; production brings its own. */
export type DevelopmentSecrets = Record<"JWT_KEYS" | "CURSOR_KEYS" | "IDEMPOTENCY_KEYS", string>;

/**
 * This clone's keys, made at the first call: `dev-<8 hex>:<32 bytes, base64url>`, key id before the colon.
 * The server refuses key ids that begin with `dev-` in production. Two processes at once get the same.
 */
export function developmentSecrets(dataDir: string): DevelopmentSecrets {
  const folder = join(dataDir, "secrets");
  return {
    JWT_KEYS: secretAt(join(folder, "jwt-keys"), developmentKey),
    CURSOR_KEYS: secretAt(join(folder, "cursor-keys"), developmentKey),
    IDEMPOTENCY_KEYS: secretAt(join(folder, "idempotency-keys"), developmentKey),
  };
}

/** The secret kept at `path`; `make` is asked for one when there is none yet. */
export function secretAt(path: string, make: () => string): string {
  return readSecret(path) ?? keepSecret(path, make());
}

/** `byteCount` random bytes in letters, digits, `-` and `_`: safe in a URL, a shell and a configuration file. */
export function randomSecret(byteCount: number): string {
  return randomBytes(byteCount).toString("base64url");
}

function developmentKey(): string {
  return `dev-${randomBytes(4).toString("hex")}:${randomSecret(32)}`;
}

// Written beside its place and linked into it: a link fails where something exists, so of two
// processes at once one wins, and nobody ever reads half a secret.
function keepSecret(path: string, secret: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${secret}\n`, { mode: 0o600 });
  try {
    linkSync(draft, path);
    return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return readFileSync(path, "utf8").trim();
  } finally {
    rmSync(draft, { force: true });
  }
}

function readSecret(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
