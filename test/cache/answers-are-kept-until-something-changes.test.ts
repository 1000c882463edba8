// A cached answer is told again, without a statement, until a write changes something that it depends on; then
// the very next answer is new, for reads in every process.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { itemGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { askOperation } from "../kit/registered.ts";
import { untilCaching, waitForRedis } from "../kit/caching.ts";
import { grant, lines, write } from "../kit/writes.ts";

let api: TestApi;
const player = { id: playerGlobalId(1n) };

beforeAll(async () => {
  waitForRedis();
  api = await startApi();
  await untilCaching(api);
});

afterAll(async () => {
  await api.close();
});

describe("an answer that is cached", () => {
  let token: string;

  beforeEach(() => {
    token = api.tokenFor(1);
  });

  it("costs no statement the second time, and is the same to every byte", async () => {
    const first = await askOperation(api.url, "PlayerState", { variables: player, token });
    api.statements.length = 0;
    const second = await askOperation(api.url, "PlayerState", { variables: player, token });
    expect(second.text).toBe(first.text);
    expect(api.statements).toEqual([]);
  });

  it("is new after each kind of write of the player", async () => {
    const quantityOf = async (itemId: number) => {
      const { body } = await askOperation(api.url, "PlayerState", { variables: player, token });
      const id = itemGlobalId(BigInt(itemId));
      return BigInt(
        body.data.player.state.nodes.find((node: { item: { id: string } }) => node.item.id === id).quantity,
      );
    };
    const before = await quantityOf(4);
    await grant(api, 1, { 4: 5 });
    expect(await quantityOf(4)).toBe(before + 5n);
    await write(api.url, { operation: "SpendItems", input: { items: lines({ 4: 2 }) }, token });
    expect(await quantityOf(4)).toBe(before + 3n);
  });

  it("is that of one player alone", async () => {
    const other = await askOperation(api.url, "HomeScreen", { token: api.tokenFor(2) });
    const own = await askOperation(api.url, "HomeScreen", { token });
    expect(other.body.data.viewer.id).toBe(playerGlobalId(2n));
    expect(own.body.data.viewer.id).toBe(playerGlobalId(1n));
  });
});
