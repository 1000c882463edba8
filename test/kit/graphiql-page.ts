// GraphiQL's page as a person meets it: tabs and buttons to click, an editor to type into, an answer to read. It
// knows the page's class names, so that the tests do not. Its editors put only the lines in view into the
// document, hence the tall window.
import type { Page, Request } from "playwright-core";
import type { Answer } from "./api.ts";
import type { TestBrowser } from "./browser.ts";
import { until } from "./until.ts";

/** A window in which the vector players' state fits. */
export const tallViewport = { width: 1400, height: 2000 };

const QUERY_EDITOR = ".graphiql-query-editor";
const ANSWER_PANE = ".result-window";
/** Enough to tell one answer from another that was there before. */
const BEGINNING_LENGTH_MIN = 200;

export interface ShownAnswer {
  readonly status: number;
  /** As the server sent it. */
  readonly body: Answer["body"];
  /** What of it the answer's pane shows: all, where the window is tall enough. */
  readonly shown: string;
  /** The Authorization header that the page sent. */
  readonly authorization: string | undefined;
}

export interface GraphiqlPage {
  readonly page: Page;
  /** Clicks the run button. Resolves when the pane shows what the server has answered to that. */
  run(): Promise<ShownAnswer>;
  /** Clicks it for a query that the page itself refuses, unsent. Resolves when the pane shows `words`. */
  runInVain(words: string): Promise<void>;
  /** Pastes `text` over the query of the open tab. Typed, it would get brackets from the editor. */
  writeQuery(text: string): Promise<void>;
  /** The query in the editor, line by line. */
  query(): Promise<string>;
  /** Opens the tab of a query that still bears its registered name. */
  openTab(title: string): Promise<void>;
  /** The titles of all tabs, in order. */
  tabs(): Promise<string[]>;
  /** Loads the page anew. */
  reload(): Promise<void>;
}

/** Where a browser on this machine finds GraphiQL: by name, as people type it. */
export function graphiqlUrl(apiUrl: string): string {
  return `http://localhost:${new URL(apiUrl).port}/graphql`;
}

/** Opens the page and waits until its editor stands. */
export async function openGraphiql({ context }: TestBrowser, apiUrl: string): Promise<GraphiqlPage> {
  const page = await context.newPage();
  await page.goto(graphiqlUrl(apiUrl));
  await editorStands(page);
  return {
    page,
    run: () => run(page),
    runInVain: async (words) => {
      await clickRun(page);
      await page.locator(ANSWER_PANE).getByText(words).first().waitFor();
    },
    writeQuery: (text) => paste(page, text),
    query: () => linesIn(page, QUERY_EDITOR),
    openTab: (title) => openTab(page, title),
    tabs: () => page.locator(".graphiql-tab-button").allInnerTexts(),
    reload: async () => {
      await tabIsKept(page);
      await page.reload();
      await editorStands(page);
    },
  };
}

async function editorStands(page: Page): Promise<void> {
  await page.locator(`${QUERY_EDITOR} .view-line`).first().waitFor();
}

async function run(page: Page): Promise<ShownAnswer> {
  const answered = page.waitForResponse((response) => isQuery(response.request()));
  const [response] = await Promise.all([answered, clickRun(page)]);
  const body = (await response.json()) as Answer["body"];
  let shown = "";
  await until(
    async () => isBeginningOf((shown = await linesIn(page, ANSWER_PANE)), body),
    () => `the pane shows ${shown}, the server answered ${JSON.stringify(body)}`,
  );
  const authorization = (await response.request().headerValue("Authorization")) ?? undefined;
  return { status: response.status(), body, shown, authorization };
}

/** Not the look at the schema with which the page begins. */
function isQuery(request: Request): boolean {
  return request.method() === "POST" && request.postData()?.includes("IntrospectionQuery") === false;
}

async function paste(page: Page, text: string): Promise<void> {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
  await page.locator(`${QUERY_EDITOR} .view-line`).first().click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.press("ControlOrMeta+V");
  await hasNoticed(page, text);
}

async function openTab(page: Page, title: string): Promise<void> {
  await page.locator(".graphiql-tab-button", { hasText: title }).click();
  await hasNoticed(page, `query ${title}`);
}

/**
 * GraphiQL keeps what the editor holds a moment later, and then looks which operation it is: until then "run" asks
 * for the operation that was there before.
 */
async function hasNoticed(page: Page, start: string): Promise<void> {
  let kept = "";
  await until(
    async () => (kept = await page.evaluate<string>('localStorage.getItem("graphiql:query")')).startsWith(start),
    () => `the page keeps ${kept} instead of ${start}`,
  );
}

/** Tabs are kept later still, and a page that finds another query than its tab's opens one more for it. */
async function tabIsKept(page: Page): Promise<void> {
  await until(
    () =>
      page.evaluate<boolean>(`{
        const { tabs, activeTabIndex } = JSON.parse(localStorage.getItem("graphiql:tabState"));
        tabs[activeTabIndex].query === localStorage.getItem("graphiql:query");
      }`),
    () => "the open tab has not been kept",
  );
}

async function clickRun(page: Page): Promise<void> {
  await page.locator(".graphiql-execute-button").click();
}

/** The editor draws spaces as no-break spaces, and lines in whatever order. */
async function linesIn(page: Page, place: string): Promise<string> {
  const text = await page.evaluate<string>(`
    [...document.querySelectorAll("${place} .view-line")]
      .sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top))
      .map((line) => line.textContent)
      .join("\\n")
  `);
  return text.replaceAll("\u00a0", " ");
}

/** Spaces aside, because the editor breaks long lines, and without the locations of errors, which the page leaves out. */
function isBeginningOf(shown: string, body: unknown): boolean {
  const sent = JSON.stringify(body, (key, value: unknown) => (key === "locations" ? undefined : value));
  const [start = "", whole = ""] = [shown, sent].map((text) => text.replaceAll(/\s/g, ""));
  return start.length >= Math.min(whole.length, BEGINNING_LENGTH_MIN) && whole.startsWith(start);
}
