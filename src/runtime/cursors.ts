// Connection cursors: keyset positions, signed. A cursor is bound to its list (the player, the field
// and the filter): the signature covers the list's name, so that a cursor of another player, another
// field or another filter is refused like a forged one. Form: base64url of
//   key tag (1 byte) | position (text) | HMAC-SHA256 of list and position, cut to 16 bytes.

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { limits } from "./limits.ts";
import type { SigningKey, SigningKeys } from "./signing-keys.ts";

export interface Cursors {
  /** A cursor for `position` in `list`. */
  seal(list: string, position: string): string;
  /** The position of a cursor sealed for the same list, or null for anything else. */
  open(list: string, cursor: string): string | null;
}

const SIGNATURE_BYTES = 16;

export function createCursors(keys: SigningKeys): Cursors {
  const tagged = keys.map((key) => ({ tag: tagOf(key), secret: key.secret }));
  const [signing] = tagged;
  return {
    seal(list, position) {
      const signed = Buffer.concat([Buffer.of(signing!.tag), Buffer.from(position, "utf8")]);
      return Buffer.concat([signed, signature(signing!.secret, list, signed)]).toString("base64url");
    },
    open(list, cursor) {
      if (cursor.length > limits.cursorCharactersMax) return null;
      const bytes = Buffer.from(cursor, "base64url");
      // Only the canonical spelling: base64url decoding would otherwise skip foreign characters.
      if (bytes.length <= 1 + SIGNATURE_BYTES || bytes.toString("base64url") !== cursor) return null;
      const signed = bytes.subarray(0, -SIGNATURE_BYTES);
      const claimed = bytes.subarray(-SIGNATURE_BYTES);
      const genuine = tagged.some(
        ({ tag, secret }) => tag === signed[0] && timingSafeEqual(signature(secret, list, signed), claimed),
      );
      return genuine ? signed.subarray(1).toString("utf8") : null;
    },
  };
}

/** The list's length goes in front, so that no list and position can be cut in another place. */
function signature(secret: Buffer, list: string, signed: Buffer): Buffer {
  return createHmac("sha256", secret)
    .update(`${list.length}:${list}`)
    .update(signed)
    .digest()
    .subarray(0, SIGNATURE_BYTES);
}

function tagOf({ kid }: SigningKey): number {
  return createHash("sha256").update(kid).digest()[0]!;
}
