// Headers with which a proxy would speak for a client, or a client for somebody else, change nothing in
// an answer: not who asks, not the method, not the address, not what another origin may read.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { sendTo, type RawRequest } from "../kit/request.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const spoofs: Record<string, string | readonly string[]> = {
  "X-Forwarded-For": "127.0.0.1",
  "X-Forwarded-For ": ["127.0.0.1, 10.0.0.1", "::1"],
  "X-Forwarded-Host": "elsewhere.example",
  "X-Forwarded-Proto": "https",
  Forwarded: 'for=127.0.0.1;host=elsewhere.example;proto=https, for="[::1]"',
  "X-Real-IP": "127.0.0.1",
  "X-Client-IP": "127.0.0.1",
  "True-Client-IP": "127.0.0.1",
  "CF-Connecting-IP": "127.0.0.1",
  "X-HTTP-Method-Override": "GET",
  "X-HTTP-Method": "DELETE",
  "X-Method-Override": "PUT",
  "X-Original-URL": "/metrics",
  "X-Rewrite-URL": "/metrics",
  "X-Forwarded-Prefix": "/metrics",
  "X-Forwarded-User": "1",
  "X-User-Id": "1",
  "X-Player-Id": "1",
  "Remote-User": "1",
  Cookie: "token=x; session=1; Authorization=Bearer x",
  "Proxy-Authorization": "Bearer x",
  "X-Authorization": "Bearer x",
  Origin: "https://elsewhere.example",
  Referer: "https://elsewhere.example/",
  Range: "bytes=0-1",
  "If-None-Match": "*",
  "If-Modified-Since": "Sat, 21 Nov 2026 06:00:00 GMT",
};

const query = JSON.stringify({ query: `{ viewer { id } player(id: "${playerGlobalId(1n)}") { displayName email } }` });
const JSON_TYPE = { "Content-Type": "application/json" };

/** Of every kind of answer one. */
const requests: Record<string, () => RawRequest> = {
  "an anonymous query": () => ({ headers: JSON_TYPE, body: query }),
  "a player's query": () => ({ headers: { ...JSON_TYPE, Authorization: `Bearer ${api.tokenFor(2)}` }, body: query }),
  "a GET": () => ({ method: "GET", path: "/graphql?query={__typename}" }),
  "a verb that is refused": () => ({ method: "DELETE" }),
  "an unknown path": () => ({ method: "GET", path: "/nothing" }),
  liveness: () => ({ method: "GET", path: "/livez" }),
};

describe.each(Object.keys(requests))("%s", (name) => {
  it.each(Object.keys(spoofs))("is answered alike with %s", async (header) => {
    const request = requests[name]!();
    const plain = await sendTo(api.url, request);
    const spoofed = await sendTo(api.url, {
      ...request,
      headers: { ...request.headers, [header.trim()]: spoofs[header]! },
    });
    expect(withoutDate(spoofed)).toEqual(withoutDate(plain));
  });
});

it.each(["POST", "GET", "PUT", "*"])("a preflight for %s from elsewhere is granted nothing", async (method) => {
  const headers = {
    Origin: "https://elsewhere.example",
    "Access-Control-Request-Method": method,
    "Access-Control-Request-Headers": "authorization, content-type",
    "Access-Control-Request-Private-Network": "true",
  };
  for (const path of ["/graphql", "/livez", "/metrics", "/nothing"]) {
    const answer = await sendTo(api.url, { method: "OPTIONS", path, headers });
    expect([path, answer.status]).toEqual([path, 405]);
    expect(Object.keys(answer.headers).filter((header) => header.startsWith("access-control-"))).toEqual([]);
    // What names no origin must not be kept for another one either.
    expect(answer.headers["cache-control"]).toBe("no-store");
  }
});

function withoutDate(answer: { readonly status: number; readonly headers: object; readonly text: string }) {
  return { ...answer, headers: { ...answer.headers, date: "" } };
}
