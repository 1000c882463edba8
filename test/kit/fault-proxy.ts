// A TCP proxy that stands between the server and MySQL and can misbehave as a network does: stop
// passing bytes on, cut every connection, refuse new ones. In user space, so that it needs no rights.

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
  /** Lets new connections in again. */
  mend(): void;
  close(): Promise<void>;
}

export async function startFaultProxy(targetUrl: string): Promise<FaultProxy> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  let frozen = false;
  let refusing = false;

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
      from.on("data", (bytes) => to.write(bytes));
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
    mend() {
      refusing = false;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
