// The floor: node:http that reads and parses the request's body and returns ready bytes, the same for everybody. No
// token, no cache, no question of which operation.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { untilStopped } from "../kit/lifecycle.ts";
import { readSettings } from "../kit/settings.ts";

const { host, port } = readSettings();
/** By operation id: an answer of Satchel's to the same operation. */
const answers = JSON.parse(readFileSync(process.env["BENCH_ANSWERS_FILE"]!, "utf8")) as Record<string, string>;
const bytes = new Map(Object.entries(answers).map(([id, text]) => [`sha256:${id}`, Buffer.from(text)]));

const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    const { documentId } =
      parts.length === 0 ? {} : (JSON.parse(String(Buffer.concat(parts))) as { documentId?: string });
    const body = bytes.get(documentId ?? "") ?? Buffer.from("{}");
    response.writeHead(200, {
      "Content-Type": "application/graphql-response+json; charset=utf-8",
      "Content-Length": body.length,
    });
    response.end(body);
  });
});
server.listen(port, host);
untilStopped(async () => {
  server.close();
  server.closeAllConnections();
});
