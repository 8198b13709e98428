/** The console of an ordinary user does what `sv grant` allows, and shows how to get the rest. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { run } from "../../../tests/support/run.ts";
import { type Scan, scan } from "../../../tests/support/scan.ts";
import { FOREVER } from "../../../tests/support/service.ts";
import { asRoot } from "../../../tests/support/skip.ts";
import { ours, tool } from "../../../tests/support/suite.ts";
import { closeBrowser, inBrowser, openPage } from "./browser.ts";
import { Console } from "./console.ts";

after(closeBrowser);

/** Of Debian's user nobody, and its group nogroup. */
const NOBODY = 65_534;

async function grantedTree(t: Parameters<typeof scan>[0]): Promise<readonly [Scan, Console]> {
  const tree = scan(t, { web: { run: FOREVER }, db: { run: FOREVER }, own: { run: FOREVER } });
  for (const name of ["web", "db", "own"]) await tree.service(name).untilRunning();
  chmodSync(tree.box.dir, 0o755);
  const state = join(tree.box.dir, "state");
  mkdirSync(state, { mode: 0o700 });
  chownSync(state, NOBODY, NOBODY);
  const grant = [tool(ours, "sv"), "grant", ":nogroup"];
  await run(tree.box, [...grant, tree.service("web").dir]);
  await run(tree.box, [...grant, "--status", tree.service("db").dir]);
  return [tree, await Console.on(tree, { uid: NOBODY })];
}

interface Seen {
  readonly name: string;
  readonly summary: string;
  readonly may_control: boolean;
}

test(
  "an ordinary user's console controls what was granted, and nothing else",
  asRoot,
  async (t) => {
    const [tree, served] = await grantedTree(t);
    const { services } = await served.json<{ services: Seen[] }>("/api/v1/services");
    const seen = services.map(({ name, summary, may_control }) => [name, summary, may_control]);
    assert.deepEqual(seen, [
      ["db", "running", false],
      ["own", "unreadable", false],
      ["web", "running", true],
    ]);
    const { pid } = tree.service("web").status();
    assert.equal((await served.order("web", "restart")).status, 200);
    assert.notEqual(tree.service("web").status().pid, pid);
    for (const name of ["db", "own"]) {
      const { status, body } = await served.order(name, "down");
      assert.equal(status, 403, body);
      assert.match(body, new RegExp(`ACCESS_DENIED.*sv grant :nogroup ${name}`));
      assert.equal(tree.service(name).status().phase, "run");
    }
  },
);

test("the page greys the others, with the command that would allow them", {
  ...asRoot,
  ...inBrowser,
}, async (t) => {
  const [, served] = await grantedTree(t);
  const { page } = await openPage(t, served);
  await page.getByText("may not see the state of a service").waitFor();
  await page.getByText("sv grant :nogroup --status own", { exact: true }).waitFor();
  await page.goto(`http://127.0.0.1:${served.port}/#/service/db`);
  await page.getByText("sv grant :nogroup db").waitFor();
  const stop = page.getByRole("button", { name: "Stop", exact: true });
  assert.equal(await stop.getAttribute("aria-disabled"), "true");
  await page.goto(`http://127.0.0.1:${served.port}/#/service/web`);
  await page.getByRole("heading", { name: "web" }).waitFor();
  assert.equal(await stop.getAttribute("aria-disabled"), "false");
});
