// A few commands to a Redis over a plain socket: enough to see that a private server answers and what
// its settings are. The server itself brings a real client once something uses Redis.
import { connect } from "node:net";

/** A reply in RESP2; an error reply rejects the whole exchange instead. */
export type RespReply = string | number | null | RespReply[];

const DEADLINE_MS = 2_000;

/**
 * Sends `commands` in one go and resolves to their replies, in order.
 * Rejects on the first error reply, on a broken connection, and after two seconds.
 */
export function redisReplies(
  address: { readonly port: number; readonly password: string },
  commands: readonly (readonly string[])[],
): Promise<RespReply[]> {
  const all = [["AUTH", address.password], ...commands];
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port: address.port });
    let received = "";
    socket.setEncoding("utf8").setTimeout(DEADLINE_MS);
    socket.once("connect", () => socket.write(all.map(encodeCommand).join("")));
    socket.on("data", (chunk: string) => {
      received += chunk;
      try {
        const replies = parseReplies(received);
        if (replies.length < all.length) return;
        resolve(replies.slice(1));
      } catch (error) {
        reject(error);
      }
      socket.destroy();
    });
    socket.once("timeout", () => socket.destroy(new Error(`Redis at port ${address.port} does not answer`)));
    socket.once("error", reject);
    socket.once("close", () => reject(new Error(`Redis at port ${address.port} closed the connection`)));
  });
}

function encodeCommand(command: readonly string[]): string {
  const words = command.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${command.length}\r\n${words.join("")}`;
}

/** The complete replies in `text`; a last one that has not wholly arrived is left out. */
function parseReplies(text: string): RespReply[] {
  const replies: RespReply[] = [];
  let rest = text;
  for (let parsed = parseReply(rest); parsed !== undefined; parsed = parseReply(rest)) {
    replies.push(parsed.reply);
    rest = parsed.rest;
  }
  return replies;
}

interface Parsed {
  readonly reply: RespReply;
  readonly rest: string;
}

function parseReply(text: string): Parsed | undefined {
  const end = text.indexOf("\r\n");
  if (end < 0) return undefined;
  const kind = text[0];
  const head = text.slice(1, end);
  const rest = text.slice(end + 2);
  if (kind === "-") throw new Error(head);
  if (kind === "+") return { reply: head, rest };
  if (kind === ":") return { reply: Number(head), rest };
  if (kind === "$") return parseBulk(Number(head), rest);
  if (kind === "*") return parseArray(Number(head), rest);
  throw new Error(`not a Redis: it answered ${JSON.stringify(text.slice(0, 20))}`);
}

// Lengths count bytes and `rest` counts characters; the settings and PONGs read here are ASCII.
function parseBulk(length: number, rest: string): Parsed | undefined {
  if (length < 0) return { reply: null, rest };
  if (rest.length < length + 2) return undefined;
  return { reply: rest.slice(0, length), rest: rest.slice(length + 2) };
}

function parseArray(length: number, text: string): Parsed | undefined {
  const reply: RespReply[] = [];
  let rest = text;
  for (let index = 0; index < length; index += 1) {
    const parsed = parseReply(rest);
    if (parsed === undefined) return undefined;
    reply.push(parsed.reply);
    rest = parsed.rest;
  }
  return { reply, rest };
}
