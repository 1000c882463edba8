// Every token but an entirely right one ends the request with the same 401, byte for byte, whatever the
// request asks for and in whatever media type: it says neither what is wrong nor what would be right.

import { createHmac, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { sendTo, type RawRequest } from "../kit/request.ts";

/** The clock stands still, unless a test moves it, so that each bound is met exactly. */
const NOW_SECONDS = Date.UTC(2026, 10, 21, 6) / 1000;
const TOLERANCE = limits.tokenClockToleranceSeconds;
const secrets = { first: randomBytes(32), second: randomBytes(32), retired: randomBytes(32) };

let nowSeconds = NOW_SECONDS;
let api: TestApi;
beforeAll(async () => {
  api = await startApi({
    clock: { nowMs: () => nowSeconds * 1000 },
    environment: {
      JWT_KEYS: `first:${secrets.first.toString("base64url")},second:${secrets.second.toString("base64url")}`,
    },
  });
});
afterAll(() => api.close());
beforeEach(() => {
  nowSeconds = NOW_SECONDS;
  api.statements.length = 0;
});

const BODY = '{"errors":[{"message":"The token is not valid.","extensions":{"code":"UNAUTHENTICATED"}}]}';

interface Parts {
  readonly header?: object;
  /** Claims to change; undefined leaves one out. */
  readonly claims?: object;
  /** Instead of all claims. */
  readonly payload?: unknown;
  readonly secret?: Buffer;
  readonly signer?: (input: string) => Buffer;
}

const rightClaims = {
  role: "player",
  sub: "1",
  iss: "satchel",
  aud: "satchel",
  iat: NOW_SECONDS,
  exp: NOW_SECONDS + 60,
};

/** A right token, but for what is given. */
function token({ header, claims, payload, secret = secrets.first, signer }: Parts = {}): string {
  const whole = payload ?? { ...rightClaims, ...claims };
  const input = [{ alg: "HS256", typ: "JWT", kid: "first", ...header }, whole].map(part).join(".");
  const signature = signer?.(input) ?? createHmac("sha256", secret).update(input).digest();
  return `${input}.${signature.toString("base64url")}`;
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const ed = generateKeyPairSync("ed25519");
const signedBy = (algorithm: string | null, key: KeyObject) => (input: string) =>
  sign(algorithm, Buffer.from(input), key);
const hmac = (algorithm: string, secret: Buffer | string) => (input: string) =>
  createHmac(algorithm, secret).update(input).digest();

const right = token();
const [rightHeader = "", rightPayload = "", rightSignature = ""] = right.split(".");
/** The last character of 32 bytes carries two bits that mean nothing. */
const otherUnusedBits = rightSignature.replace(/.$/, (last) => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return alphabet[alphabet.indexOf(last) ^ 1]!;
});

const wrongTokens: Record<string, string> = {
  // Algorithms and keys.
  "alg none, unsigned": `${part({ alg: "none", kid: "first" })}.${rightPayload}.`,
  "alg none, signed": token({ header: { alg: "none" } }),
  "alg None": `${part({ alg: "None", kid: "first" })}.${rightPayload}.`,
  "no alg": token({ header: { alg: undefined } }),
  "alg in lower case": token({ header: { alg: "hs256" } }),
  "alg as a list": token({ header: { alg: ["HS256"] } }),
  HS384: token({ header: { alg: "HS384" }, signer: hmac("sha384", secrets.first) }),
  HS512: token({ header: { alg: "HS512" }, signer: hmac("sha512", secrets.first) }),
  RS256: token({ header: { alg: "RS256" }, signer: signedBy("sha256", rsa.privateKey) }),
  ES256: token({ header: { alg: "ES256" }, signer: signedBy("sha256", ec.privateKey) }),
  EdDSA: token({ header: { alg: "EdDSA" }, signer: signedBy(null, ed.privateKey) }),
  "signed with a public key as the secret": token({
    signer: hmac("sha256", rsa.publicKey.export({ type: "spki", format: "pem" }).toString()),
  }),
  "signed with an empty secret": token({ secret: Buffer.alloc(0) }),
  "signed with a key that the header brings along": token({
    header: { jwk: { kty: "oct", k: secrets.retired.toString("base64url") } },
    secret: secrets.retired,
  }),
  "signed with another key": token({ secret: secrets.retired }),
  "the kid of another key": token({ header: { kid: "second" } }),
  "the kid of a retired key": token({ header: { kid: "retired" }, secret: secrets.retired }),
  "no kid": token({ header: { kid: undefined } }),
  "an empty kid": token({ header: { kid: "" } }),
  "a kid of a prototype": token({ header: { kid: "__proto__" } }),
  "a kid as a number": token({ header: { kid: 0 } }),
  "a kid as a list": token({ header: { kid: ["first"] } }),
  "a kid as a path": token({ header: { kid: "../../dev/null" }, secret: Buffer.alloc(0) }),
  "an extension that must be understood": token({ header: { crit: ["b64"], b64: true } }),
  // Whom it is from and for.
  "another issuer": token({ claims: { iss: "somebody" } }),
  "no issuer": token({ claims: { iss: undefined } }),
  "the issuer in another case": token({ claims: { iss: "Satchel" } }),
  "another audience": token({ claims: { aud: "another" } }),
  "no audience": token({ claims: { aud: undefined } }),
  "a list of other audiences": token({ claims: { aud: ["another", "satchel "] } }),
  // When.
  "no end": token({ claims: { exp: undefined } }),
  "an end of null": token({ claims: { exp: null } }),
  "an end as text": token({ claims: { exp: String(NOW_SECONDS + 60) } }),
  "an end of zero": token({ claims: { exp: 0 } }),
  "ended a day ago": token({ claims: { exp: NOW_SECONDS - 86_400 } }),
  "ended as long ago as clocks may differ": token({ claims: { exp: NOW_SECONDS - TOLERANCE } }),
  "not yet valid": token({ claims: { nbf: NOW_SECONDS + 3600 } }),
  "not yet valid by a second more than clocks may differ": token({ claims: { nbf: NOW_SECONDS + TOLERANCE + 1 } }),
  "a beginning as text": token({ claims: { nbf: "0" } }),
  // Who.
  "no subject": token({ claims: { sub: undefined } }),
  "a subject of null": token({ claims: { sub: null } }),
  "a subject as a number": token({ claims: { sub: 1 } }),
  "an empty subject": token({ claims: { sub: "" } }),
  "a player zero": token({ claims: { sub: "0" } }),
  "a player with a leading zero": token({ claims: { sub: "01" } }),
  "a negative player": token({ claims: { sub: "-1" } }),
  "half a player": token({ claims: { sub: "1.5" } }),
  "a player with an exponent": token({ claims: { sub: "1e3" } }),
  "a player with spaces": token({ claims: { sub: " 1" } }),
  "a player with a line feed": token({ claims: { sub: "1\n" } }),
  "a player in Arabic digits": token({ claims: { sub: "١" } }),
  "a player by name": token({ claims: { sub: "ada" } }),
  "a player past 2^64": token({ claims: { sub: "99999999999999999999" } }),
  "an object as a player": token({ claims: { sub: { $gt: 0 } } }),
  "no role": token({ claims: { role: undefined } }),
  "an unknown role": token({ claims: { role: "root" } }),
  "a role in upper case": token({ claims: { role: "Admin" } }),
  "roles as a list": token({ claims: { role: ["admin"] } }),
  "a role of a prototype": token({ claims: { role: "__proto__" } }),
  "a service without a name": token({ claims: { role: "service", sub: "" } }),
  "an admin as a number": token({ claims: { role: "admin", sub: 1 } }),
  "a payload that is a text": token({ payload: "admin" }),
  "a payload that is a list": token({ payload: [{ role: "admin", sub: "1" }] }),
  "a payload that is a number": token({ payload: 1 }),
  // Not a token.
  "one letter": "x",
  "two parts": "a.b",
  "three parts of nothing": "a.b.c",
  "five parts": "a.b.c.d.e",
  "empty parts": "..",
  "no signature": `${rightHeader}.${rightPayload}.`,
  "half a signature": right.slice(0, -20),
  "another header": `${part({ alg: "HS256", kid: "second" })}.${rightPayload}.${rightSignature}`,
  "another payload": `${rightHeader}.${part({ ...rightClaims, role: "admin" })}.${rightSignature}`,
  "other unused bits": `${rightHeader}.${rightPayload}.${otherUnusedBits}`,
  "a letter behind it": `${right}A`,
  "a dot behind it": `${right}.`,
  "padding behind it": `${right}=`,
  "a tilde behind it": `${right}~`,
  "a slash behind it": `${right}/`,
  "a dot before it": `.${right}`,
  "a letter before it": `A${right}`,
  "itself behind it": right + right,
  "the standard alphabet": right.replaceAll("_", "/").replaceAll("-", "+").replace(/(.)$/, "$1="),
  "a token longer than any real one": token({ claims: { padding: "x".repeat(limits.tokenCharactersMax) } }),
};

/** What stands in the header where the token alone is not the point. */
const wrongHeaders: Record<string, string | readonly string[]> = {
  "an empty header": "",
  "spaces alone": "   ",
  "the scheme alone": "Bearer",
  "the scheme and a space": "Bearer ",
  "no scheme": right,
  Basic: `Basic ${Buffer.from("1:secret").toString("base64")}`,
  "a right token as Basic": `Basic ${right}`,
  "an unknown scheme": `Token ${right}`,
  "two tokens": `Bearer ${right} ${right}`,
  "two tokens and a comma": `Bearer ${right}, Bearer ${right}`,
  "a token in quotes": `Bearer "${right}"`,
  "a tab": `Bearer\t${right}`,
  "a parameter": `Bearer token=${right}`,
  "two headers": [`Bearer ${right}`, `Bearer ${right}`],
  "two headers, the second without a token": [`Bearer ${right}`, "Bearer x"],
  "two headers, the first without a token": ["Bearer x", `Bearer ${right}`],
};

const typename = JSON.stringify({ query: "{ __typename }" });

function send(authorization: string | readonly string[], request: RawRequest = {}) {
  const headers = { "Content-Type": "application/json", ...request.headers, Authorization: authorization };
  return sendTo(api.url, { body: typename, ...request, headers });
}

async function expectConstantRefusal(authorization: string | readonly string[], request?: RawRequest): Promise<void> {
  const { status, headers, text } = await send(authorization, request);
  expect({
    status,
    text,
    scheme: headers["www-authenticate"],
    cache: headers["cache-control"],
    type: headers["content-type"],
  }).toEqual({
    status: 401,
    text: request?.method === "HEAD" ? "" : BODY,
    scheme: "Bearer",
    cache: "no-store",
    type: "application/graphql-response+json; charset=utf-8",
  });
}

describe("a bad token", () => {
  it.each(Object.keys(wrongTokens))("%s", async (name) => {
    await expectConstantRefusal(`Bearer ${wrongTokens[name]}`);
    expect(api.statements).toEqual([]);
  });

  it.each(Object.keys(wrongHeaders))("%s", async (name) => {
    await expectConstantRefusal(wrongHeaders[name]!);
  });

  it("of a megabyte is refused before it is looked at, and the server lives", async () => {
    // More than all headers may have together: Node itself answers, and may cut the line while we send.
    const status = await send(`Bearer ${"a".repeat(1_000_000)}`).then(
      (answer) => answer.status,
      () => 431,
    );
    expect(status).toBe(431);
    expect((await send(`Bearer ${right}`)).status).toBe(200);
  });
});

describe.each([
  ["a token of nobody", "Bearer x"],
  ["an ended token", `Bearer ${wrongTokens["ended a day ago"]}`],
])("with %s the answer is the same", (_, authorization) => {
  it.each([
    "application/json",
    "application/graphql-response+json",
    "*/*",
    "text/html",
    "text/event-stream",
    "multipart/mixed",
    "image/png",
    "nonsense",
    "",
  ])("for Accept: %s", async (accept) => {
    await expectConstantRefusal(authorization, { headers: { Accept: accept } });
  });

  it.each([
    typename,
    '{"query": "{ viewer { id } }"}',
    '{"query": "mutation { __typename }"}',
    '{"query": "{ nothing }"}',
    '{"query": "{"}',
    '{"query": "{ __schema { types { name } } }"}',
    '{"documentId": "sha256:00"}',
    '{"query": "{ node(id: \\"x\\") { id } }"}',
    "{",
    "null",
    "[]",
    "",
    "\u0000\u0001\u0002",
  ])("for the body %j", async (body) => {
    await expectConstantRefusal(authorization, { body });
  });

  it.each(["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "application/xml"])(
    "for Content-Type: %s",
    async (type) => {
      await expectConstantRefusal(authorization, { headers: { "Content-Type": type } });
    },
  );

  it.each(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])("for %s", async (method) => {
    const path = "/graphql?query=%7B__typename%7D";
    await expectConstantRefusal(authorization, { method, path, body: "" });
  });
});

describe("a right token", () => {
  const viewer = JSON.stringify({ query: "{ viewer { id } }" });
  const ask = async (authorization: string) => {
    const { status, text } = await send(authorization, { body: viewer });
    return [status, JSON.parse(text).data.viewer?.id ?? null];
  };
  const ada = Buffer.from("Player:1").toString("base64url");

  it.each<[string, Parts]>([
    ["as it is", {}],
    ["of the second key", { header: { kid: "second" }, secret: secrets.second }],
    ["without a type", { header: { typ: undefined } }],
    ["for several, us among them", { claims: { aud: ["another", "satchel"] } }],
    ["that ended less long ago than clocks may differ", { claims: { exp: NOW_SECONDS - TOLERANCE + 1 } }],
    ["that begins no later than clocks may differ", { claims: { nbf: NOW_SECONDS + TOLERANCE } }],
    ["with claims of others", { claims: { scope: "x", __proto__: { role: "admin" } } }],
  ])("%s is its player", async (_, parts) => {
    expect(await ask(`Bearer ${token(parts)}`)).toEqual([200, ada]);
  });

  it.each(["bearer", "BEARER", "Bearer  "])("may be introduced by %j", async (scheme) => {
    expect(await ask(`${scheme} ${right}`)).toEqual([200, ada]);
  });

  it("may be as long as the limit and not a character longer", async () => {
    const padded = (characters: number) => token({ claims: { padding: "x".repeat(characters) } });
    let characters = Math.floor(((limits.tokenCharactersMax - right.length) * 3) / 4) - 40;
    while (padded(characters + 1).length <= limits.tokenCharactersMax) characters += 1;
    expect(padded(characters).length).toBeGreaterThan(limits.tokenCharactersMax - 4);
    expect(await ask(`Bearer ${padded(characters)}`)).toEqual([200, ada]);
    await expectConstantRefusal(`Bearer ${padded(characters + 1)}`);
  });

  it.each(["service", "admin"])("of the role %s is nobody's viewer and sees what is private", async (role) => {
    const query = `{ viewer { id } player(id: "${ada}") { email } }`;
    const { status, text } = await send(`Bearer ${token({ claims: { role, sub: "the backend" } })}`, {
      body: JSON.stringify({ query }),
    });
    expect([status, JSON.parse(text)]).toEqual([
      200,
      { data: { viewer: null, player: { email: "vector.player.1@mail.example.com" } } },
    ]);
  });

  it("ends when it says, however often it was right before", async () => {
    const [early, late] = [token({ claims: { exp: NOW_SECONDS + 60 } }), token({ claims: { exp: NOW_SECONDS + 120 } })];
    const answers = async (seconds: number) => {
      nowSeconds = NOW_SECONDS + seconds;
      return Promise.all([early, late].map(async (one) => (await send(`Bearer ${one}`)).status));
    };
    expect(await answers(0)).toEqual([200, 200]);
    expect(await answers(59)).toEqual([200, 200]);
    expect(await answers(60 + TOLERANCE - 1)).toEqual([200, 200]);
    expect(await answers(60 + TOLERANCE)).toEqual([401, 200]);
    await expectConstantRefusal(`Bearer ${early}`);
    expect(await answers(120 + TOLERANCE)).toEqual([401, 401]);
  });

  it("counts in the header alone, not in the URL, the body or a cookie", async () => {
    const { status, text } = await sendTo(api.url, {
      path: `/graphql?access_token=${right}&token=${right}`,
      headers: { "Content-Type": "application/json", Cookie: `token=${right}`, "X-Authorization": `Bearer ${right}` },
      body: JSON.stringify({ query: "{ viewer { id } }", token: right, access_token: right }),
    });
    expect([200, 400]).toContain(status);
    expect(text).not.toContain(ada);
  });
});

it("no header at all is an anonymous caller", async () => {
  for (const accept of ["application/json", "application/graphql-response+json"]) {
    const answer = await sendTo(api.url, {
      headers: { "Content-Type": "application/json", Accept: accept },
      body: typename,
    });
    expect([answer.status, answer.text]).toEqual([200, '{"data":{"__typename":"Query"}}']);
  }
});

it("the server signs with its first key", () => {
  const [header = ""] = api.tokenFor(1).split(".");
  expect(JSON.parse(Buffer.from(header, "base64url").toString())).toMatchObject({ alg: "HS256", kid: "first" });
});
