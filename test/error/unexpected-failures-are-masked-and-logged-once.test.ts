// What nobody expected is a bug of ours: the caller learns that it happened and nothing else, the log has
// it once with its cause, and what else the request asked for stands.

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { insertItemLocations, insertPlayer, insertRuns } from "../kit/fixtures.ts";

const nodeEnvironment = process.env["NODE_ENV"];

let api: TestApi;
beforeAll(async () => {
  // What `npm start` runs as; Yoga shows more of an error then.
  process.env["NODE_ENV"] = "development";
  api = await startApi({ isLedgerWrong: true });
});
afterAll(async () => {
  if (nodeEnvironment === undefined) delete process.env["NODE_ENV"];
  else process.env["NODE_ENV"] = nodeEnvironment;
  await api.close();
});
beforeEach(() => {
  api.logLines.length = 0;
});

const MASKED = { message: "Unexpected error.", extensions: { code: "INTERNAL_SERVER_ERROR" } };

/** While its table is away, every statement on it fails in a way that no code expects. */
async function without(table: string, act: () => Promise<void>): Promise<void> {
  await api.database.query(`RENAME TABLE ${table} TO ${table}_away`);
  try {
    await act();
  } finally {
    await api.database.query(`RENAME TABLE ${table}_away TO ${table}`);
  }
}

it("says nothing of the cause, and logs it once with the operation and the place", async () => {
  await without("run_total", async () => {
    const query = "query Leaderboard { leaderboard(scope: OVERALL, first: 1) { nodes { rank } } }";
    const { body } = await api.ask({ query });
    expect(body.errors).toEqual([{ ...MASKED, path: ["leaderboard"], locations: [{ line: 1, column: 21 }] }]);
    expect(body.data).toBeNull();
    expect(api.logLines).toHaveLength(1);
    const [line] = api.logLines;
    expect(line).toMatchObject({
      level: 50,
      operation: "Leaderboard",
      path: ["leaderboard"],
      err: { code: "ER_NO_SUCH_TABLE" },
    });
    expect(line!["err"]).toHaveProperty("stack", expect.stringContaining("run_total"));
  });
});

it.each(["application/json", "application/graphql-response+json", "*/*"])(
  "shows no SQL, path, host or stack as %s",
  async (accept) => {
    await without("run_total", async () => {
      const query = `{ player(id: "${playerGlobalId(1n)}") { displayName runStats { runCount } } }`;
      const { body } = await api.ask({ query, accept });
      const text = JSON.stringify(body);
      for (const secret of [
        /select/i,
        /sql/i,
        /run_total/,
        /satchel_t_/,
        /node_modules|\.ts|\.js/,
        /\bat \w/,
        /127\.0\.0\.1/,
        /mariadb/i,
        /stack/i,
      ]) {
        expect(text).not.toMatch(secret);
      }
      expect(text).not.toContain(process.cwd());
      expect(body.errors).toHaveLength(1);
    });
  },
);

it("leaves what else was asked for as it is, and logs each failure once", async () => {
  const playerId = await insertPlayer(api.database, { displayName: "Nell" });
  await without("verification", async () => {
    const query =
      "{ viewer { displayName verification { status } again: verification { attempts } state(first: 1) { nodes { quantity } } } }";
    const { body } = await api.ask({ query, token: api.tokenFor(playerId) });
    expect(body.data).toEqual({
      viewer: { displayName: "Nell", verification: null, again: null, state: { nodes: [{ quantity: "0" }] } },
    });
    expect(body.errors).toMatchObject([
      { ...MASKED, path: ["viewer", "verification"] },
      { ...MASKED, path: ["viewer", "again"] },
    ]);
    expect(api.logLines.map(({ path }) => path)).toEqual([
      ["viewer", "verification"],
      ["viewer", "again"],
    ]);
  });
});

it("masks a row that points at nothing", async () => {
  const playerId = await insertPlayer(api.database);
  await insertItemLocations(api.database, playerId, [{ lat: 0, lng: 0, itemId: 987_654_321 }]);
  const query = "{ viewer { itemLocations(near: { lat: 0, lng: 0 }, first: 1) { nodes { item { id } } } } }";
  const { body } = await api.ask({ query, token: api.tokenFor(playerId) });
  expect(body.errors).toMatchObject([MASKED]);
  expect(JSON.stringify(body)).not.toContain("987654321");
  expect(api.logLines).toHaveLength(1);
});

it("masks a value that its type cannot represent", async () => {
  const playerId = await insertPlayer(api.database);
  await insertRuns(api.database, playerId, [{ distanceMm: 1, durationSeconds: 4_294_967_295 }]);
  const { body } = await api.ask({
    query: "{ viewer { runs(first: 1) { nodes { durationSeconds } } } }",
    token: api.tokenFor(playerId),
  });
  expect(body.errors).toMatchObject([MASKED]);
  expect(JSON.stringify(body)).not.toContain("4294967295");
  expect(api.logLines).toHaveLength(1);
});

it("logs nothing of a caller's own mistakes", async () => {
  for (const query of [
    "{",
    "{ nothing }",
    '{ node(id: "x") { id } }',
    '{ items(first: 1, after: "x") { nodes { id } } }',
    `{ player(id: "${playerGlobalId(1n)}") { email } }`,
  ]) {
    const { body } = await api.ask({ query });
    expect(body.errors).toHaveLength(1);
  }
  expect(api.logLines).toEqual([]);
});
