// The end of every test file that has a server: what `npm run verify` finds in its database fails the file, and the
// database is gone all the same.

import { expect, it } from "vitest";
import { startApi } from "../kit/api.ts";
import { createTestDatabase } from "../kit/database.ts";
import { grant } from "../kit/writes.ts";

it("names a balance, a version and a ledger line that were changed behind the server's back", async () => {
  const api = await startApi();
  await grant(api, 1, { 5: 5 });
  const { payload } = await grant(api, 2, { 6: 5 });
  await api.database.query("UPDATE player_item SET quantity = quantity + 1 WHERE player_id = 1 AND item_id = 5");
  await api.database.query("UPDATE player SET version = version + 1 WHERE id = 1");
  await api.database.query("DELETE FROM item_transaction_line WHERE player_id = 2 AND version = ?", [
    payload.player.version,
  ]);
  const words = [
    "player 1, item 5: the balance is",
    "player 1: the version is",
    "player 2, item 6: the balance is 5, the ledger says 0",
    `player 2, version ${payload.player.version}: an entry without a line`,
  ];
  await expect(api.close()).rejects.toThrow(new RegExp(words.map((word) => `(?=[^]*${word})`).join("")));
  const asker = await createTestDatabase({ migrated: false });
  expect(await asker.query(`SHOW DATABASES LIKE '${api.database.name}'`)).toEqual([]);
  await asker.drop();
});

it("looks away where a test says that its rows contradict each other", async () => {
  const api = await startApi({ isLedgerWrong: true });
  await api.database.query("UPDATE player SET version = version + 1 WHERE id = 1");
  await expect(api.close()).resolves.toBeUndefined();
});
