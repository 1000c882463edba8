// REST on bare node:http: three paths, a handler each, statements joined by hand. No framework, no router
// beyond a comparison: the least that can answer what the three operations answer.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Viewer } from "../../../src/context.ts";
import { createCursors } from "../../../src/runtime/cursors.ts";
import { createAuthenticate } from "../kit/authenticate.ts";
import { untilStopped } from "../kit/lifecycle.ts";
import { openPool } from "../kit/mysql.ts";
import { readSettings } from "../kit/settings.ts";
import { createAnswers, type Answer } from "./answers.ts";

const NEARBY = "/viewer/item-locations?";

const settings = readSettings();
const { run, end } = openPool(settings);
const authenticate = createAuthenticate(settings);
const answers = createAnswers(run, createCursors(settings.cursorKeys));

const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  const { refused, viewer } = authenticate(request.headers.authorization);
  if (refused) {
    send(response, 401, { errors: [{ path: [], extensions: { code: "UNAUTHENTICATED" } }] });
    return;
  }
  answerTo(request, viewer).then(
    (body) => send(response, body === null ? 404 : 200, body),
    () => send(response, 500, null),
  );
});

async function answerTo({ url = "" }: IncomingMessage, viewer: Viewer | null): Promise<Answer | null> {
  if (url === "/viewer/home") return answers.home(viewer);
  if (url.startsWith(NEARBY)) return answers.nearby(viewer, new URLSearchParams(url.slice(NEARBY.length)));
  const [, id] = /^\/players\/([\w-]+)\/state$/.exec(url) ?? [];
  return id === undefined ? null : answers.state(viewer, id);
}

function send(response: ServerResponse, status: number, content: object | null): void {
  const body = JSON.stringify(content);
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}

server.listen(settings.port, settings.host);
untilStopped(async () => {
  server.close();
  server.closeAllConnections();
  await end();
});
