/** axe-core, and what it does not see, on each view, dark and light, wide and narrow. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { scan } from "../../../tests/support/scan.ts";
import { FOREVER } from "../../../tests/support/service.ts";
import { closeBrowser, inBrowser, openPage } from "./browser.ts";
import { Console } from "./console.ts";

after(closeBrowser);

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SERVICES = {
  db: { run: FOREVER },
  web: {
    run: `echo hello; ${FOREVER}`,
    log: { run: "exec svlogd -t ./main", files: { "main/config": "" } },
    files: { "needs/db": "" },
  },
  flaky: { run: "exit 3", files: { "max-death-tally": "1\n" } },
  off: { run: FOREVER, down: true },
  waiting: { run: FOREVER, files: { "needs/off": "" } },
};

/** What axe finds wrong, with the elements. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return await page.evaluate<string[]>(`axe.run().then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")))`);
}

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1_400, 400]) {
    test(`axe finds nothing wrong: ${colorScheme}, ${width} pixels`, inBrowser, async (t) => {
      const tree = scan(t, SERVICES);
      await tree.service("web").untilRunning();
      await tree.service("flaky").untilStat("down");
      const served = await Console.on(tree);
      const viewport = { width, height: 900 };
      // Half way through a transition, the contrast may be too low.
      const look = { colorScheme, viewport, reducedMotion: "reduce" } as const;
      const { page } = await openPage(t, served, { ...look, bypassCSP: true });
      await page.locator(".state", { hasText: "failed" }).waitFor();
      assert.deepEqual(await violations(page), [], "list");
      const isWide = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
      assert.equal(isWide, false, "the list is wider than the screen");
      if (width < 500) {
        const name = 'document.querySelector("tbody th.name").clientWidth';
        assert.equal(await page.evaluate(`${name} > innerWidth / 2`), true, "room for a name");
      }
      if (width > 900) {
        await page.getByRole("button", { name: "Stop web" }).click();
        await page.getByRole("dialog").waitFor();
        assert.deepEqual(await violations(page), [], "question");
        await page.keyboard.press("Escape");
      }
      await page.getByRole("link", { name: "web", exact: true }).click();
      await page.locator(".line", { hasText: "hello" }).waitFor();
      for (const summary of await page.locator("summary").all()) await summary.click();
      assert.deepEqual(await violations(page), [], "service");
      await page.getByRole("link", { name: "Dependencies" }).click();
      await page.locator(".drawing").waitFor();
      assert.deepEqual(await violations(page), [], "graph");
      await page.getByRole("button", { name: "Leave" }).click();
      await page.getByLabel("Token").waitFor();
      assert.deepEqual(await violations(page), [], "token");
    });
  }
}
