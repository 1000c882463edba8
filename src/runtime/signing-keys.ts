// Lists of signing keys, as the environment gives them: "kid:secret,kid:secret", the secret in
// base64url. The first key signs, all of them verify: to rotate, put a new one in front and drop the
// old one when nothing signed with it is alive any more.

import { createSecretKey, type KeyObject } from "node:crypto";

export interface SigningKey {
  /** Key id, public. */
  readonly kid: string;
  /** At least 32 bytes. */
  readonly secret: Buffer;
  /** The same as Node's crypto takes it without a conversion each time. */
  readonly key: KeyObject;
}

/** Never empty: the first one signs. */
export type SigningKeys = readonly [SigningKey, ...SigningKey[]];

/** Key ids of keys that development made for itself start so; production refuses them. */
export const DEVELOPMENT_KID_PREFIX = "dev-";

const SECRET_BYTES_MIN = 32;
const KID_PATTERN = /^[A-Za-z0-9_-]{1,32}$/;

/** Parses the list; throws an Error that says what is wrong, never what the secret is. */
export function parseSigningKeys(text: string): SigningKeys {
  const keys = text.split(",").map(parseSigningKey);
  const [first, ...others] = keys;
  if (first === undefined) throw new Error("expected at least one key");
  if (new Set(keys.map(({ kid }) => kid)).size !== keys.length) throw new Error("a key id occurs twice");
  return [first, ...others];
}

function parseSigningKey(text: string): SigningKey {
  const [kid = "", secretText = "", ...rest] = text.trim().split(":");
  if (!KID_PATTERN.test(kid) || rest.length > 0) throw new Error("expected kid:secret[,kid:secret]");
  const secret = Buffer.from(secretText, "base64url");
  if (secret.length < SECRET_BYTES_MIN) {
    throw new Error(`the secret of key ${kid} is shorter than ${SECRET_BYTES_MIN} bytes in base64url`);
  }
  return { kid, secret, key: createSecretKey(secret) };
}
