// Every connection against graphql-relay's own functions over a plain array, page for page, with pages of
// 1 to 100 after any cursor seen so far: over a list that stands still, and over one where rows come and
// go between the pages. There the array is the list as of each page, cut behind the place of the cursor.

import fc from "fast-check";
import { connectionFromArray, offsetToCursor } from "graphql-relay";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";
import { listFields, readPage, type Page } from "../kit/lists.ts";
import { checkAsync } from "../kit/property.ts";
import { comparePositions, createLivingList, type LivingEntry, type LivingList } from "../kit/relay-living-lists.ts";

const WALKS = 3;

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

interface Step {
  /** As many as asked, or all that is left or all but one, where lists and flags end. */
  readonly size: number | "rest" | "all but one";
  /** Where to go on: after the newest page, or after some entry of an earlier page. */
  readonly back: number | null;
  readonly inserted: readonly number[];
  readonly removed: readonly number[];
}

// Nothing is shrunk: each attempt fills a list anew, and the pages that differ say enough.
const anywhere = fc.nat(999_999);
const few = fc.uniqueArray(anywhere, { maxLength: 12, size: "max" });
/** More than any page takes, or about as many. */
const many = fc.uniqueArray(anywhere, { minLength: 90, maxLength: 120, size: "max" });
const sizes = fc.oneof(
  fc.integer({ min: 1, max: 100 }),
  fc.constantFrom<Step["size"][]>(1, 99, 100, "rest", "all but one"),
);
const changes = fc.uniqueArray(anywhere, { minLength: 1, maxLength: 4 });
const nowAndThen = fc.oneof(fc.constant<number[]>([]), changes);
const steps = (change: fc.Arbitrary<number[]>): fc.Arbitrary<Step[]> =>
  fc.array(fc.record({ size: sizes, back: fc.option(fc.nat(), { freq: 3 }), inserted: change, removed: change }), {
    minLength: 1,
    maxLength: 6,
    size: "max",
  });

describe.each(listFields)("%s", (field) => {
  it.each([
    ["stands still", steps(fc.constant([]))],
    ["changes between pages", steps(nowAndThen)],
  ])("is paged as an array is while it %s", async (_, walk) => {
    await checkAsync(
      fc.asyncProperty(fc.noShrink(fc.oneof(few, many)), fc.noShrink(walk), async (numbers, taken) => {
        const living = await createLivingList(field, api.database);
        await living.insert(numbers);
        await expectToAgree(living, taken);
      }),
      WALKS,
    );
  });

  it("shows every entry that stands all the time exactly once, whatever comes and goes", async () => {
    await checkAsync(
      fc.asyncProperty(
        fc.noShrink(fc.tuple(many, fc.integer({ min: 12, max: 60 }), changes)),
        async ([numbers, size, change]) => {
          const living = await createLivingList(field, api.database);
          await living.insert(numbers);
          let standing = keysOf(living);
          const seen: string[] = [];
          for (let after: string | null = null, more = true, pages = 0; more && pages < 50; pages++) {
            const page: Page = await readPage(api, living.list, { first: size, after });
            seen.push(...page.nodes.map(keyOf));
            [after, more] = [page.pageInfo.endCursor, page.pageInfo.hasNextPage];
            await living.insert(change.map((number) => number + seen.length));
            await living.remove(change);
            const now = new Set(keysOf(living));
            standing = standing.filter((key) => now.has(key));
          }
          expect(new Set(seen).size).toBe(seen.length);
          expect(seen.filter((key) => standing.includes(key))).toEqual(standing);
        },
      ),
      1,
    );
  });
});

/** Walks a list, changing it before every page, and compares each page with the array's. */
async function expectToAgree(living: LivingList, walk: readonly Step[]): Promise<void> {
  const met: { readonly cursor: string; readonly position: readonly number[] }[] = [];
  let newest: (typeof met)[number] | null = null;
  for (const { size, back, inserted, removed } of walk) {
    await living.insert(inserted);
    await living.remove(removed);
    const from: (typeof met)[number] | null = back === null || met.length === 0 ? newest : met[back % met.length]!;
    const entries = living.entries();
    const start = offsetBehind(entries, from?.position ?? null);
    const first = sizeOf(size, entries.length - start);
    const page = await readPage(api, living.list, { first, after: from?.cursor ?? null });
    expectSamePage(page, entries, first, start);
    met.push(...page.edges.map(({ cursor }, place) => ({ cursor, position: entries[start + place]!.position })));
    newest = page.edges.length === 0 ? from : met.at(-1)!;
  }
}

function sizeOf(size: Step["size"], left: number): number {
  if (typeof size === "number") return size;
  return Math.min(Math.max(size === "rest" ? left : left - 1, 1), 100);
}

function expectSamePage(page: Page, entries: readonly LivingEntry[], first: number, start: number): void {
  const nodes = entries.map(({ node }) => node);
  const after = start === 0 ? {} : { after: offsetToCursor(start - 1) };
  const oracle = connectionFromArray(nodes, { first, ...after });
  const wanted = oracle.edges.map(({ node }) => node);
  expect(page.nodes).toEqual(wanted);
  expect(page.edges.map(({ node }) => node)).toEqual(wanted);
  const cursors = page.edges.map(({ cursor }) => cursor);
  expect(new Set(cursors).size).toBe(cursors.length);
  const { startCursor, endCursor, ...flags } = page.pageInfo;
  expect({ ...flags, hasStart: startCursor !== null, hasEnd: endCursor !== null }).toEqual({
    hasNextPage: oracle.pageInfo.hasNextPage,
    hasPreviousPage: oracle.pageInfo.hasPreviousPage,
    hasStart: oracle.pageInfo.startCursor !== null,
    hasEnd: oracle.pageInfo.endCursor !== null,
  });
  expect([startCursor, endCursor]).toEqual([cursors[0] ?? null, cursors.at(-1) ?? null]);
}

/** How many entries of the list as it is now stand at or before the position. */
function offsetBehind(entries: readonly LivingEntry[], position: readonly number[] | null): number {
  if (position === null) return 0;
  return entries.filter((entry) => comparePositions(entry.position, position) <= 0).length;
}

const keysOf = (living: LivingList) => living.entries().map(({ node }) => keyOf(node));

// oxlint-disable-next-line typescript/no-explicit-any -- nodes of six shapes
function keyOf(node: any): string {
  return node.id ?? node.item?.id ?? node.player.id;
}
