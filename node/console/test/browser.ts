/** Debian's Chromium on the page of a console. */
import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import type { Cleanup } from "../../../tests/support/sandbox.ts";
import type { Console } from "./console.ts";

const CHROMIUM = "/usr/bin/chromium";

/** Options of a test that needs a browser. */
export const inBrowser = { skip: !existsSync(CHROMIUM) && "needs Debian's chromium" };

/** Long enough for a busy machine: a thousand rows have taken 50 s with a load of 50. */
const DEADLINE_MS = 240_000;

interface Opened {
  readonly page: Page;
  /** What went wrong in the page: exceptions, and what its policy has refused. */
  readonly faults: readonly string[];
}

let browser: Promise<Browser> | undefined;

/** One browser for a file of tests; each test has a profile of its own. */
export async function openPage(
  t: Cleanup,
  served: Console,
  options: BrowserContextOptions & { readonly token?: string; readonly hash?: string } = {},
): Promise<Opened> {
  const { token = served.token, hash, ...context } = options;
  browser ??= chromium.launch({
    executablePath: CHROMIUM,
    timeout: DEADLINE_MS,
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  const profile = await (await browser).newContext(context);
  t.after(() => profile.close());
  const page = await profile.newPage();
  page.setDefaultTimeout(DEADLINE_MS);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    // A refused request is part of some tests, and reported as an error.
    const isNetwork = /Failed to load resource|ERR_/.test(message.text());
    if (message.type() === "error" && !isNetwork) faults.push(message.text());
  });
  page.on("dialog", (dialog) => {
    faults.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(`http://127.0.0.1:${served.port}/#token=${token}`);
  if (hash !== undefined) await page.goto(`http://127.0.0.1:${served.port}/${hash}`);
  return { page, faults };
}

/** Called after the last test of a file. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
}
