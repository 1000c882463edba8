// Chromium without a window, for the tests in test/browser/. `npm test` finds or installs the program and names it in
// SATCHEL_TEST_CHROMIUM; empty means that it cannot be had here, and those tests are skipped. Each profile is a new
// one, which is removed with it.
import { type Browser, type BrowserContext, chromium, type Request } from "playwright-core";
import { vi } from "vitest";
import { dataDirectory } from "../../scripts/clone.ts";

/** The page is 9 MB of script, and the machine may be busy with other tests. */
const WAIT_MS_MAX = 30_000;
const LAUNCH_MS_MAX = 60_000;

const CHROMIUM_ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const browserPath = process.env["SATCHEL_TEST_CHROMIUM"];

/** `npm test` has said that no browser can be had: for `it.skipIf`. A file without other tests runs no hooks then. */
export const isWithoutBrowser = browserPath === "";

/** For whoever imports this file: a test in a browser has several such waits. */
vi.setConfig({ testTimeout: 120_000 });

/** A browser with one profile: its pages share what the origin keeps. */
export interface TestBrowser {
  readonly context: BrowserContext;
  /** Everything any page or worker of it has asked for, in order: answered, failed or on its way. */
  readonly requests: Request[];
  /** What pages wrote to their consoles as errors, and what they threw. */
  readonly errors: string[];
  close(): Promise<void>;
}

interface ProfileOptions {
  readonly viewport: { readonly width: number; readonly height: number };
}

/** Opens a browser with one profile. Every wait in it ends after 30 s. */
export async function openBrowser(options: ProfileOptions): Promise<TestBrowser> {
  const browser = await launchBrowser();
  return { ...(await openProfile(browser, options)), close: () => browser.close() };
}

/** Starts the program alone, for tests that want several profiles. */
export async function launchBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error("SATCHEL_TEST_CHROMIUM is not set: run the tests with `npm test`");
  return chromium.launch({
    executablePath: browserPath,
    args: CHROMIUM_ARGS,
    timeout: LAUNCH_MS_MAX,
    // What it keeps outside the profile, such as its crash reports, goes with the run's own directory.
    env: { ...process.env, XDG_CONFIG_HOME: dataDirectory(), XDG_CACHE_HOME: dataDirectory() },
  });
}

/** A new profile, that keeps nothing of others. Every wait in it ends after 30 s. */
export async function openProfile(browser: Browser, options: ProfileOptions): Promise<TestBrowser> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(WAIT_MS_MAX);
  const requests: Request[] = [];
  const errors: string[] = [];
  context.on("request", (request) => requests.push(request));
  context.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  context.on("weberror", (thrown) => errors.push(String(thrown.error())));
  return { context, requests, errors, close: () => context.close() };
}
