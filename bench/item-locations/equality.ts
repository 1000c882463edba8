// Refuses to time ways that do not give the same answer: another order or one millimetre would be
// another question.

import type { DatabasePool } from "../../src/database/pool.ts";
import { inTime, type Ask } from "./ask.ts";
import type { Page, Variant } from "./variants.ts";

/** Compares the pages of all `variants`, one by one. Returns how many agreed; what came too late is no page. */
export async function assertSamePages(
  pool: DatabasePool,
  variants: readonly Variant[],
  asks: readonly Ask[],
): Promise<number> {
  let agreed = 0;
  for (const ask of asks) {
    const expected = pageText(await referenceOf(variants).answer(pool, ask));
    for (const variant of variants) {
      const page = await inTime(variant.answer(pool, ask));
      if (page === null) continue;
      assertSame(variant, ask, pageText(page), expected);
      agreed += 1;
    }
  }
  return agreed;
}

/** The same for answers in one batch; `asks` name different players. Returns those of `variants` that were in time. */
export async function variantsInTime(
  pool: DatabasePool,
  variants: readonly Variant[],
  asks: readonly Ask[],
): Promise<Variant[]> {
  const expected = (await referenceOf(variants).answerMany(pool, asks)).map(pageText);
  const punctual: Variant[] = [];
  for (const variant of variants) {
    const pages = await inTime(variant.answerMany(pool, asks));
    if (pages === null) continue;
    for (const [place, ask] of asks.entries()) assertSame(variant, ask, pageText(pages[place]!), expected[place]!);
    punctual.push(variant);
  }
  return punctual;
}

/** The simplest of all: reads everything and measures in this process. */
function referenceOf(variants: readonly Variant[]): Variant {
  return variants.find(({ name }) => name === "copied-point")!;
}

function assertSame({ title }: Variant, { playerId, near, withinMeters }: Ask, page: string, expected: string): void {
  if (page === expected) return;
  throw new Error(
    `"${title}" answers player ${playerId} at ${near.lat}, ${near.lng} within ${withinMeters} m otherwise:\n` +
      `${page}\ninstead of\n${expected}`,
  );
}

function pageText(page: Page): string {
  return page.map(({ n, itemId, locationId, distanceMm }) => `${n} ${itemId} ${locationId} ${distanceMm}`).join("; ");
}
