// One HTTP/1.1 connection with one request at a time, on a bare socket: an agent would cost as much CPU as
// the server that it loads. Reads what the variants send: Content-Length or chunks, never trailers.

import { connect, type Socket } from "node:net";

/** What came back; status 0 is a connection that broke. `isRefusal`: OVERLOADED, with a Retry-After. */
export type OnAnswer = (status: number, hasErrors: boolean, isRefusal: boolean) => void;

export interface KeepAliveConnection {
  /** Sends a whole request; `onAnswer` is called once. Only when the one before is answered. */
  send(request: Buffer, onAnswer: OnAnswer): void;
  close(): void;
}

const HEAD_END = Buffer.from("\r\n\r\n");
const LAST_CHUNK = Buffer.from("0\r\n\r\n");
const ERRORS_FIELD = Buffer.from('"errors":');
const OVERLOADED_CODE = Buffer.from('"OVERLOADED"');
const RETRY_AFTER = /\r\nretry-after: *\d+\r\n/i;
/** "HTTP/1.1 " stands before it. */
const STATUS_PLACE = 9;

/** Resolves when it is open; rejects when nobody listens. `onBreak` is called when it ends by itself. */
export function openConnection(port: number, onBreak: () => void): Promise<KeepAliveConnection> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let waiting: OnAnswer | null = null;
  let received: Buffer = Buffer.alloc(0);

  const settle = (status: number, hasErrors: boolean, isRefused: boolean): void => {
    const onAnswer = waiting;
    waiting = null;
    received = Buffer.alloc(0);
    onAnswer?.(status, hasErrors, isRefused);
  };
  socket.on("data", (part) => {
    received = received.length === 0 ? part : Buffer.concat([received, part]);
    if (!isWhole(received)) return;
    const status = statusOf(received);
    settle(status, received.includes(ERRORS_FIELD), status === 503 && isRefusal(received));
  });
  socket.on("close", () => {
    settle(0, true, false);
    onBreak();
  });
  return opened(socket, {
    send: (request, onAnswer) => {
      waiting = onAnswer;
      socket.write(request);
    },
    close: () => {
      socket.removeAllListeners("close");
      socket.destroy();
    },
  });
}

function opened(socket: Socket, connection: KeepAliveConnection): Promise<KeepAliveConnection> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      // "close" follows and tells the waiting request.
      socket.on("error", () => undefined);
      resolve(connection);
    });
  });
}

function isWhole(received: Buffer): boolean {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd === -1) return false;
  const head = received.toString("latin1", 0, headEnd);
  const bodyStart = headEnd + HEAD_END.length;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return received.length >= bodyStart + Number(length);
  return received.subarray(bodyStart).subarray(-LAST_CHUNK.length).equals(LAST_CHUNK);
}

function isRefusal(received: Buffer): boolean {
  return received.includes(OVERLOADED_CODE) && RETRY_AFTER.test(received.toString("latin1"));
}

function statusOf(received: Buffer): number {
  return Number(received.toString("latin1", STATUS_PLACE, STATUS_PLACE + 3));
}
