// One connection with exactly the bytes that a test writes, for what no HTTP client would send: bodies
// that never end, headers past every bound. Reads until the server closes, also after a reset.

import { once } from "node:events";
import { connect } from "node:net";

export interface Exchange {
  /** Everything the server sent. */
  readonly text: string;
  readonly status: number;
  /** Bytes of ours that the connection took before it closed. */
  readonly bytesWritten: number;
}

/** Writes `head`, then part after part while the server takes them. At most 10 s. */
export async function exchange(
  url: string,
  head: string,
  parts: Iterable<string | Uint8Array> = [],
): Promise<Exchange> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = "";
  socket.setEncoding("utf8").on("data", (part: string) => (text += part));
  // A server that has said no resets what is still being written to it.
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const signal = AbortSignal.timeout(10_000);
  signal.addEventListener("abort", () => socket.destroy());
  socket.write(head);
  for (const part of parts) {
    if (socket.destroyed || text !== "") break;
    if (!socket.write(part)) await Promise.race([closed, once(socket, "drain", { signal }).catch(() => undefined)]);
  }
  await closed;
  return { text, status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), bytesWritten: socket.bytesWritten };
}
