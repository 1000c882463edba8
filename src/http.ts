// The HTTP server: which path is whose, which messages are no HTTP of ours, how long a connection may
// dawdle, and how the server leaves without breaking a request: it stops listening, answers what has
// arrived and tells each client to close, and cuts only what is left when the time is up.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Server as NetServer, type AddressInfo, type Socket } from "node:net";
import { watchConnections, type Connections } from "./edge/connections.ts";
import { createMetricsText } from "./runtime/cluster-metrics.ts";
import { limits } from "./runtime/limits.ts";
import type { Metrics } from "./runtime/metrics.ts";

export interface HttpServer {
  /** Resolves with the port once connections are accepted; rejects when the port is taken. */
  listen(host: string, port: number): Promise<number>;
  /** Resolves when every connection is closed. */
  drain(): Promise<void>;
}

export interface HttpOptions {
  /** Null for a process that answers no GraphQL. */
  readonly graphql: ((request: IncomingMessage, response: ServerResponse) => void) | null;
  /** Whether requests can be answered now. */
  readonly isReady: () => Promise<boolean>;
  readonly metrics: Metrics;
}

/** The endpoint, and the address of one registered operation by the sha256 of its body. */
const GRAPHQL_PATH = /^\/graphql(\/[0-9a-f]{64})?$/;

export function createHttpServer({ graphql, isReady, metrics }: HttpOptions): HttpServer {
  let draining = false;
  const metricsText = createMetricsText(metrics.registry);

  const routes: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => unknown>> = {
    "/livez": (_, response) => sendText(response, 200, "alive\n"),
    "/readyz": async (_, response) => {
      const ready = !draining && (await isReady());
      sendText(response, ready ? 200 : 503, ready ? "ready\n" : "not ready\n");
    },
    "/metrics": async (_, response) => {
      response.setHeader("Content-Type", metrics.registry.contentType);
      response.setHeader("Cache-Control", "no-store");
      response.end(await metricsText());
    },
  };

  const server = createServer(
    {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.requestHeadersMs,
      requestTimeout: limits.requestReceiveMs,
      keepAliveTimeout: limits.keepAliveMs,
      // Looked at often enough that a slow sender is gone within its limit and a second.
      connectionsCheckingInterval: limits.connectionSweepMs,
    },
    (request, response) => {
      const admission = connections.admit(request, response);
      if (admission === "ignored") return;
      if (draining) closeBehind(connections.lineOf(request.socket));
      const refusal = admission === "last" ? TOO_MANY_REQUESTS : refusalOfMessage(request);
      if (refusal !== null) {
        askToClose(response);
        sendText(response, ...refusal);
        return;
      }
      const path = pathOf(request);
      if (graphql !== null && (path === "/graphql" || GRAPHQL_PATH.test(path))) {
        graphql(request, response);
        return;
      }
      const route = routes[path] ?? notFound;
      if (request.method !== "GET" && request.method !== "HEAD") methodNotAllowed(response);
      else void route(request, response);
    },
  );
  const connections = watchConnections(server, metrics);
  server.on("clientError", (error: ClientError, socket: Socket) => refuseBytes(connections, error, socket));
  // Without a listener Node closes without a word; with one it leaves the socket's errors to us.
  server.on("connect", (_, socket: Socket) => {
    socket.on("error", () => socket.destroy());
    if (connections.isAnswering(socket)) socket.destroy();
    else endWith(socket, "405 Method Not Allowed", "Allow: GET, POST\r\n");
  });

  return {
    listen: (host, port) => listen(server, host, port),
    async drain() {
      draining = true;
      for (const line of connections.lines()) closeBehind(line);
      await closeGently(server, connections);
      connections.stop();
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, backlog: limits.backlogMax }, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/**
 * Stops listening, then closes connections as they fall idle. net's close is called past http's own,
 * which would cut idle keep-alive connections at once, under requests that are already on their way.
 */
async function closeGently(server: Server, connections: Connections): Promise<void> {
  const startedAtMs = performance.now();
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  const sweep = setInterval(() => {
    const waitedMs = performance.now() - startedAtMs;
    if (waitedMs > limits.drainMs) server.closeAllConnections();
    else if (waitedMs > limits.drainIdleMs) {
      server.closeIdleConnections();
      // To Node a connection that has never sent a byte is about to: it would be waited for to the end.
      connections.cutSilent();
    }
  }, 50);
  await closed;
  clearInterval(sweep);
  // Also ends the interval in which http looks for slow connections.
  server.close(() => undefined);
}

function askToClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("Connection", "close");
}

/** The connection ends with the last of its answers, not with the first: all that stand in line have arrived. */
function closeBehind(line: readonly ServerResponse[]): void {
  for (const [place, response] of line.entries()) {
    if (response.headersSent) continue;
    if (place === line.length - 1) askToClose(response);
    else response.removeHeader("Connection");
  }
}

type Refusal = readonly [status: number, text: string];

const TOO_MANY_REQUESTS: Refusal = [429, "too many requests at once\n"];

/**
 * What Node's parser lets pass and a proxy in front may have read in another way: then the two would
 * disagree on where a request ends, or whose it is (RFC 9112 sections 3.2 and 6.1).
 */
function refusalOfMessage({ rawHeaders, headers, httpVersionMajor }: IncomingMessage): Refusal | null {
  // Node only leaves out those past its own count; what is left out may be what mattered.
  if (rawHeaders.length > 2 * limits.headersMax) return [431, "too many headers\n"];
  if (httpVersionMajor !== 1) return [400, "not HTTP/1.1\n"];
  const encoding = headers["transfer-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "chunked") return [400, "unknown transfer coding\n"];
  if (hasSeveralHosts(rawHeaders)) return [400, "more than one host\n"];
  if (!isHost(headers.host ?? "")) return [400, "malformed host\n"];
  return null;
}

/** Nearly all requests are to one and the same. */
let lastHost = "";

/** A name or an address, with a port or without: what else may stand there would be taken into URLs. */
function isHost(host: string): boolean {
  if (host === lastHost) return true;
  const [, port = "0"] = HOST.exec(host) ?? [undefined, "99999"];
  const isRight = Number(port) <= 65_535;
  if (isRight) lastHost = host;
  return isRight;
}

const HOST = /^(?:[A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?$/;

function hasSeveralHosts(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let place = 0; place < rawHeaders.length; place += 2) {
    if (rawHeaders[place]!.length === 4 && rawHeaders[place]!.toLowerCase() === "host") count += 1;
  }
  return count > 1;
}

/** What Node hands over when bytes are no request, or come too slowly. */
interface ClientError extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer;
}

/** As Node itself does it, but for 414: Node counts an address among the headers. */
function refuseBytes(connections: Connections, error: ClientError, socket: Socket): void {
  if (!socket.writable || connections.isAnswering(socket)) {
    socket.destroy();
    return;
  }
  endWith(socket, statusLineOf(error));
}

function statusLineOf({ code, rawPacket }: ClientError): string {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return "408 Request Timeout";
  if (code === "HPE_CHUNK_EXTENSIONS_OVERFLOW") return "413 Payload Too Large";
  if (code !== "HPE_HEADER_OVERFLOW") return "400 Bad Request";
  const start = rawPacket?.subarray(0, limits.headerBytesMax) ?? Buffer.alloc(0);
  const isInAddress = /^[A-Z]+ /.test(start.toString("latin1", 0, 16)) && !start.includes("\n");
  return isInAddress ? "414 URI Too Long" : "431 Request Header Fields Too Large";
}

/** The last words on a connection that no request can be read from any more. */
function endWith(socket: Socket, statusLine: string, headers = ""): void {
  const end = "Cache-Control: no-store\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  socket.end(`HTTP/1.1 ${statusLine}\r\n${headers}${end}`);
  socket.destroySoon();
}

/** The path as it was sent: no decoding and no merging of slashes, so that one path has one spelling. */
function pathOf({ url = "" }: IncomingMessage): string {
  const end = url.indexOf("?");
  return end === -1 ? url : url.slice(0, end);
}

function notFound(_: IncomingMessage, response: ServerResponse): void {
  sendText(response, 404, "not found\n");
}

function methodNotAllowed(response: ServerResponse): void {
  response.setHeader("Allow", "GET, HEAD");
  sendText(response, 405, "method not allowed\n");
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" });
  response.end(text);
}
