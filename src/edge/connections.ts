// Connections as a resource, watched from outside the requests on them: how many there are, how many
// requests each may have unanswered, how long a reader may take for an answer. Whoever exceeds a bound
// loses its own connection; a sweep once a second does it, so that a request costs a map's look-up.

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Counter, Gauge } from "prom-client";
import { limits } from "../runtime/limits.ts";
import type { Metrics } from "../runtime/metrics.ts";

/** `last` is to be refused, and the connection closes with that; `ignored` stood behind it: nobody answers. */
export type Admission = "admitted" | "last" | "ignored";

export interface Connections {
  /** Counts a request in, until its response closes. */
  admit(request: IncomingMessage, response: ServerResponse): Admission;
  /** For each connection, its responses that are not closed yet, in the order of their requests. */
  lines(): Iterable<readonly ServerResponse[]>;
  /** The same of one connection. */
  lineOf(socket: Socket): readonly ServerResponse[];
  /** Ends connections that have never sent a byte. */
  cutSilent(): void;
  /** Whether bytes of an answer may have been written that another answer would corrupt. */
  isAnswering(socket: Socket): boolean;
  /** Ends the sweep. */
  stop(): void;
}

interface Connection {
  /**
   * In the order of their requests. A list, and none of all requests of the process: a Set that responses pass
   * through in their thousands leaves tables behind which keep them from the collector's first, cheap look.
   */
  readonly unanswered: ServerResponse[];
  /** Counts one of its responses out; one function for all of them. */
  readonly onClosed: (this: ServerResponse) => void;
  idleSinceMs: number;
  isLastAdmitted: boolean;
}

export function watchConnections(server: Server, metrics: Metrics): Connections {
  const connections = new Map<Socket, Connection>();
  const inFlight = { count: 0 };
  /** When the sweep first saw that all of an answer was written and not all of it taken. */
  const unreadSinceMs = new WeakMap<ServerResponse, number>();
  const { refused, cut } = createCounters(metrics, connections, inFlight);

  server.maxConnections = limits.connectionsMax;
  server.on("drop", () => refused.inc());
  server.on("connection", (socket: Socket) => {
    const unanswered: ServerResponse[] = [];
    const connection: Connection = {
      unanswered,
      onClosed() {
        const place = unanswered.indexOf(this);
        if (place === -1) return;
        inFlight.count -= 1;
        unanswered.splice(place, 1);
        connection.idleSinceMs = performance.now();
      },
      idleSinceMs: performance.now(),
      isLastAdmitted: false,
    };
    connections.set(socket, connection);
    socket.once("close", () => {
      connections.delete(socket);
      // Those that stand in line behind another never get a socket, and so never hear that it closed.
      for (const response of unanswered.slice()) {
        if (response.socket === null) response.emit("close");
      }
    });
  });

  const cutSlowReaders = (nowMs: number) => {
    for (const { unanswered } of connections.values()) {
      for (const response of unanswered) {
        if (!response.writableEnded) continue;
        const sinceMs = unreadSinceMs.get(response);
        if (sinceMs === undefined) unreadSinceMs.set(response, nowMs);
        else if (nowMs - sinceMs > limits.answerReadMs) {
          cut.inc({ reason: "slow reader" });
          // A pipelined response has no socket yet; the one it waits for is cut with it.
          response.socket?.destroy();
        }
      }
    }
  };
  const cutIdleUnderPressure = (nowMs: number) => {
    if (connections.size < limits.connectionsMax * CROWDED) return;
    for (const [socket, { unanswered, idleSinceMs }] of connections) {
      if (unanswered.length > 0 || nowMs - idleSinceMs <= limits.crowdedIdleMs) continue;
      cut.inc({ reason: "idle" });
      socket.destroy();
    }
  };
  const sweep = setInterval(() => {
    const nowMs = performance.now();
    cutSlowReaders(nowMs);
    cutIdleUnderPressure(nowMs);
  }, limits.connectionSweepMs).unref();

  return {
    admit({ socket }, response) {
      const connection = connections.get(socket);
      if (connection === undefined || connection.isLastAdmitted) return "ignored";
      connection.unanswered.push(response);
      inFlight.count += 1;
      response.on("close", connection.onClosed);
      if (connection.unanswered.length <= limits.pipelinedRequestsMax) return "admitted";
      connection.isLastAdmitted = true;
      cut.inc({ reason: "pipelining" });
      // What is on its way stays in the system's buffers, which are bounded.
      socket.pause();
      return "last";
    },
    lines: () => Array.from(connections.values(), ({ unanswered }) => [...unanswered]),
    lineOf: (socket) => [...(connections.get(socket)?.unanswered ?? [])],
    cutSilent() {
      for (const [socket, { unanswered }] of connections) {
        if (unanswered.length === 0 && socket.bytesRead === 0) socket.destroy();
      }
    },
    isAnswering(socket) {
      return [...(connections.get(socket)?.unanswered ?? [])].some(({ headersSent }) => headersSent);
    },
    stop: () => clearInterval(sweep),
  };
}

/** The share of all connections from which on idle ones have to make room. */
const CROWDED = 0.9;

function createCounters(
  { registry }: Metrics,
  counted: { readonly size: number },
  requests: { readonly count: number },
) {
  const registers = [registry];
  const connections = new Gauge({ name: "satchel_http_connections", help: "Connections that are open.", registers });
  Object.assign(connections, { collect: () => connections.set(counted.size) });
  const inFlight = new Gauge({
    name: "satchel_http_requests_in_flight",
    help: "Requests without a whole answer.",
    registers,
  });
  Object.assign(inFlight, { collect: () => inFlight.set(requests.count) });
  return {
    refused: new Counter({
      name: "satchel_http_connections_refused_total",
      help: "Connections closed unanswered because there were too many.",
      registers,
    }),
    cut: new Counter({
      name: "satchel_http_connections_cut_total",
      help: "Connections closed because they broke a bound, by reason.",
      labelNames: ["reason"],
      registers,
    }),
  };
}
