// Which path is whose: exact spellings, the methods each one takes, and nothing behind any other.

import { request } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

it.each(["/", "/graphql/", "//graphql", "/graphql%00", "/GraphQL", "/graphql/../metrics", "/metrics/", "/.env"])(
  "answers 404 to %s",
  async (path) => {
    expect((await sendRaw("GET", path)).status).toBe(404);
  },
);

it.each(["/livez", "/readyz", "/metrics"])(
  "answers GET and HEAD of %s, and 405 with Allow to the rest",
  async (path) => {
    expect((await sendRaw("GET", path)).status).toBe(200);
    expect((await sendRaw("HEAD", path)).status).toBe(200);
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
      expect(await sendRaw(method, path)).toMatchObject({ status: 405, allow: "GET, HEAD" });
    }
  },
);

it.each(["PUT", "DELETE", "PATCH"])("answers 405 with Allow to %s /graphql", async (method) => {
  expect(await sendRaw(method, "/graphql")).toMatchObject({ status: 405, allow: "GET, POST" });
});

it("grants no other origin anything", async () => {
  const response = await fetch(`${api.url}/graphql`, {
    method: "POST",
    headers: { Origin: "https://elsewhere.example", "Content-Type": "application/json" },
    body: JSON.stringify({ query: "{ __typename }" }),
  });
  expect([...response.headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([]);
});

/** As written: fetch would tidy the path up. */
function sendRaw(method: string, path: string): Promise<{ status: number | undefined; allow: string | undefined }> {
  return new Promise((resolve, reject) => {
    const sent = request({ port: new URL(api.url).port, host: "127.0.0.1", method, path }, (response) => {
      response.resume();
      resolve({ status: response.statusCode, allow: response.headers.allow });
    });
    sent.on("error", reject);
    sent.end();
  });
}
