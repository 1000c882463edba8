// A process of its own that asks many things at the same moment: it opens a connection per request,
// says when all are open, and writes all requests when it may. In the server's own process the client's
// work would interleave with the server's, and what was asked at once would arrive one by one.

import { existsSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { until } from "./until.ts";

export interface BurstRequest {
  readonly body: string;
  readonly token: string | undefined;
}

export interface Burst {
  readonly port: number;
  readonly requests: readonly BurstRequest[];
  /** Appears when the requests may be written. */
  readonly mayWriteFile: string;
  /** Made when all are written. */
  readonly writtenFile: string;
}

process.once("message", (burst: Burst) => {
  void answersTo(burst).then((answers) => {
    process.send!(answers, () => process.disconnect());
  });
});

async function answersTo({ port, requests, mayWriteFile, writtenFile }: Burst): Promise<string[]> {
  const sockets = await Promise.all(requests.map(() => opened(port)));
  const answers = sockets.map(bodyOf);
  process.send!("opened");
  await until(
    () => existsSync(mayWriteFile),
    () => "the requests may not be written yet",
  );
  await Promise.all(requests.map((request, place) => written(sockets[place]!, httpMessage(request))));
  writeFileSync(writtenFile, "");
  return Promise.all(answers);
}

function written(socket: Socket, text: string): Promise<void> {
  return new Promise((resolve) => socket.write(text, () => resolve()));
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket));
    socket.once("error", reject);
  });
}

function httpMessage({ body, token }: BurstRequest): string {
  return [
    "POST /graphql HTTP/1.1",
    "Host: localhost",
    "Connection: close",
    "Content-Type: application/json",
    "Accept: application/graphql-response+json",
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    `Content-Length: ${Buffer.byteLength(body)}`,
    "",
    body,
  ].join("\r\n");
}

/** The server closes after its answer, so the body is all that follows the head; chunks are joined. */
async function bodyOf(socket: Socket): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part as Buffer);
  const [head = "", ...rest] = Buffer.concat(parts).toString("utf8").split("\r\n\r\n");
  const body = rest.join("\r\n\r\n");
  if (!/transfer-encoding: chunked/i.test(head)) return body;
  return body.replaceAll(/(?:^|\r\n)[0-9a-f]+\r\n/gi, "");
}
