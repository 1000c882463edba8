// The page opens with PlayerState, its variables and a token of the first player filled in: one click on "run"
// shows what the player has, as prisma/seed/player-state-vectors.json says it.
// SCREENSHOT=1 npm test -- test/browser/graphiql-answers   draws docs/graphiql.png anew.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { projectDir } from "../../scripts/clone.ts";
import { type Answer, startApi, type TestApi } from "../kit/api.ts";
import { isWithoutBrowser, openBrowser, type TestBrowser } from "../kit/browser.ts";
import { type GraphiqlPage, openGraphiql, tallViewport } from "../kit/graphiql-page.ts";

interface Vectors {
  readonly players: readonly { externalId: string }[];
  readonly expectedState: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

let api: TestApi;
let browser: TestBrowser;
beforeAll(async () => {
  [api, browser] = await Promise.all([startApi(), openBrowser({ viewport: tallViewport })]);
});
afterAll(async () => {
  await browser.close();
  await api.close();
});

it.skipIf(isWithoutBrowser)("shows the state of the first player after one click", async () => {
  const graphiql = await openGraphiql(browser, api.url);
  const { status, shown, authorization } = await graphiql.run();
  const body = JSON.parse(shown) as Answer["body"];
  expect(status).toBe(200);
  expect(body.errors).toBeUndefined();
  expect(authorization).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
  const [player] = await api.database.query("SELECT display_name AS displayName FROM player WHERE id = 1");
  expect(body.data.player.displayName).toBe(player.displayName);
  expect(quantitiesIn(body.data.player.state.nodes)).toEqual(expectedQuantities());
  if (process.env["SCREENSHOT"] === "1") await drawScreenshot(graphiql);
});

function quantitiesIn(nodes: readonly { item: { displayName: string }; quantity: string }[]): Record<string, number> {
  return Object.fromEntries(nodes.map(({ item, quantity }) => [item.displayName, Number(quantity)]));
}

function expectedQuantities(): Readonly<Record<string, number>> | undefined {
  const path = join(projectDir, "prisma/seed/player-state-vectors.json");
  const { players, expectedState } = JSON.parse(readFileSync(path, "utf8")) as Vectors;
  return expectedState[players[0]?.externalId ?? ""];
}

/** Opens with the variables' pane: the token, which is in the other one, cannot be read off the picture. */
async function drawScreenshot({ page }: GraphiqlPage): Promise<void> {
  await page.setViewportSize({ width: 1400, height: 890 });
  // Words get their colours a moment after they are there; until then they are of the first kind.
  for (const editor of [".graphiql-query-editor", ".graphiql-editor-tool", ".result-window"]) {
    await page.locator(`${editor} .view-line span[class^=mtk]:not(.mtk1)`).first().waitFor();
  }
  await page.screenshot({ path: join(projectDir, "docs/graphiql.png") });
}
