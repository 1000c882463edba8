// The README's example of a write has its effect for the player whose token the README takes: a newcomer's first write
// is not refused.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { seedDemo } from "../../prisma/seed/demo.ts";
import { projectDir } from "../../scripts/clone.ts";
import { startApi } from "../kit/api.ts";
import { write } from "../kit/writes.ts";

const PLAYER = 3;

it("gives demo player 3 what it asks for", async () => {
  const readme = readFileSync(join(projectDir, "README.md"), "utf8");
  const [, itemId, times] = /const input = \{ itemId: "(\w+)", times: "(\d+)" \};/.exec(readme)!;
  const api = await startApi({ fill: ({ migratorDatabaseUrl }) => seedDemo({ migratorDatabaseUrl, playerCount: 12 }) });
  try {
    const input = { itemId, times };
    const { payload } = await write(api.url, { operation: "ExchangeItems", input, token: api.tokenFor(PLAYER) });
    expect(payload.userErrors).toEqual([]);
    expect(payload.changes.map((change: { item: { id: string } }) => change.item.id)).toContain(itemId);
  } finally {
    await api.close();
  }
});
