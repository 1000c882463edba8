// A TCP proxy that stands between the server and MySQL and can misbehave as a network does: stop
// passing bytes on, cut every connection, refuse new ones, lose one statement or the answer to it. In user
// space, so that it needs no rights.

import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface FaultProxy {
  /** The URL of the same database through the proxy. */
  readonly url: string;
  /** Bytes wait from now on, in both directions; nothing is lost. */
  freeze(): void;
  /** Waiting bytes move on. */
  thaw(): void;
  /** Cuts every connection and refuses new ones. */
  cut(): void;
  /**
   * Lets the next such statement pass, and cuts its connection when the server answers it: the answer is
   * lost. Resolves when that has happened. One trap at a time, this or the other.
   */
  cutAfter(statement: string): Promise<void>;
  /** Cuts the connection on which the next such statement comes: the statement is lost. Resolves likewise. */
  cutBefore(statement: string): Promise<void>;
  /** The next bytes that the server answers are these instead. Resolves when they are sent. */
  answerNext(bytes: string): Promise<void>;
  /** Lets new connections in again. */
  mend(): void;
  close(): Promise<void>;
}

export async function startFaultProxy(targetUrl: string): Promise<FaultProxy> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  /** Connections whose next answer is lost. */
  const doomed = new Map<Socket, () => void>();
  let frozen = false;
  let refusing = false;
  let trap: Trap | null = null;
  let forgery: { readonly bytes: string; readonly sent: () => void } | null = null;
  const setTrap = (statement: string, isAnswerLost: boolean) =>
    new Promise<void>((resolve) => {
      trap = { packet: packetOf(statement), isAnswerLost, sprung: resolve };
    });

  const server = createServer((client) => {
    if (refusing) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("data", (bytes: Buffer) => {
        if (from === upstream && doomed.has(client)) {
          client.destroy();
          doomed.get(client)!();
          return;
        }
        if (from === upstream && forgery !== null) {
          to.write(forgery.bytes);
          forgery.sent();
          forgery = null;
          return;
        }
        if (from === client && trap?.packet !== undefined && bytes.includes(trap.packet)) {
          const { isAnswerLost, sprung } = trap;
          trap = null;
          if (!isAnswerLost) {
            client.destroy();
            sprung();
            return;
          }
          doomed.set(client, sprung);
        }
        to.write(bytes);
      });
      from.on("end", () => to.end());
      // A cut is what the test asked for.
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      if (frozen) from.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(targetUrl);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);

  return {
    url: url.href,
    freeze() {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw() {
      frozen = false;
      for (const socket of sockets) socket.resume();
    },
    cut() {
      refusing = true;
      for (const socket of sockets) socket.destroy();
    },
    cutAfter: (statement) => setTrap(statement, true),
    cutBefore: (statement) => setTrap(statement, false),
    answerNext: (answer) => new Promise((sent) => (forgery = { bytes: answer, sent })),
    mend() {
      refusing = false;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Trap {
  readonly packet: Buffer;
  readonly isAnswerLost: boolean;
  readonly sprung: () => void;
}

/** The statement as the protocol writes it, whole, so that no other that holds its words is taken for it. */
function packetOf(statement: string): Buffer {
  const text = Buffer.from(statement);
  const packet = Buffer.concat([Buffer.alloc(4), Buffer.of(COM_QUERY), text]);
  packet.writeUIntLE(1 + text.length, 0, 3);
  return packet;
}

const COM_QUERY = 3;
