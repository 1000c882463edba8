// The HTTP server: which path is whose, how long a connection may dawdle, and how the server leaves
// without breaking a request: it stops listening, answers what has arrived and tells each client to
// close, and cuts only what is left when the time is up.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Server as NetServer, type AddressInfo } from "node:net";
import { limits } from "./runtime/limits.ts";
import type { Metrics } from "./runtime/metrics.ts";

export interface HttpServer {
  /** Resolves with the port once connections are accepted; rejects when the port is taken. */
  listen(host: string, port: number): Promise<number>;
  /** Resolves when every connection is closed. */
  drain(): Promise<void>;
}

export interface HttpOptions {
  readonly graphql: (request: IncomingMessage, response: ServerResponse) => void;
  /** Whether requests can be answered now. */
  readonly isReady: () => Promise<boolean>;
  readonly metrics: Metrics;
}

/** The endpoint, and the address of one registered operation by the sha256 of its body. */
const GRAPHQL_PATH = /^\/graphql(\/[0-9a-f]{64})?$/;

export function createHttpServer({ graphql, isReady, metrics }: HttpOptions): HttpServer {
  const open = new Set<ServerResponse>();
  let draining = false;

  const routes: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => unknown>> = {
    "/livez": (_, response) => sendText(response, 200, "alive\n"),
    "/readyz": async (_, response) => {
      const ready = !draining && (await isReady());
      sendText(response, ready ? 200 : 503, ready ? "ready\n" : "not ready\n");
    },
    "/metrics": async (_, response) => {
      response.setHeader("Content-Type", metrics.registry.contentType);
      response.end(await metrics.registry.metrics());
    },
  };

  const server = createServer(
    {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.requestHeadersMs,
      requestTimeout: limits.requestReceiveMs,
      keepAliveTimeout: limits.keepAliveMs,
      // Looked at often enough that a slow sender is gone within its limit and a second.
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => {
      open.add(response);
      response.once("close", () => open.delete(response));
      if (draining) askToClose(response);
      // Node only leaves out those past its own count; what is left out may be what mattered.
      if (request.rawHeaders.length > 2 * limits.headersMax) {
        askToClose(response);
        sendText(response, 431, "too many headers\n");
        return;
      }
      const path = pathOf(request);
      if (GRAPHQL_PATH.test(path)) {
        graphql(request, response);
        return;
      }
      const route = routes[path] ?? notFound;
      if (request.method !== "GET" && request.method !== "HEAD") methodNotAllowed(response);
      else void route(request, response);
    },
  );
  server.maxConnections = limits.connectionsMax;

  return {
    listen: (host, port) => listen(server, host, port),
    async drain() {
      draining = true;
      for (const response of open) askToClose(response);
      await closeGently(server);
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/**
 * Stops listening, then closes connections as they fall idle. net's close is called past http's own,
 * which would cut idle keep-alive connections at once, under requests that are already on their way.
 */
async function closeGently(server: Server): Promise<void> {
  const startedAtMs = performance.now();
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  const sweep = setInterval(() => {
    const waitedMs = performance.now() - startedAtMs;
    if (waitedMs > limits.drainMs) server.closeAllConnections();
    else if (waitedMs > limits.drainIdleMs) server.closeIdleConnections();
  }, 50);
  await closed;
  clearInterval(sweep);
  // Also ends the interval in which http looks for slow connections.
  server.close(() => undefined);
}

function askToClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("Connection", "close");
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
