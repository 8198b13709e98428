/** The page in a browser: what people see, and what they do. */
import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { type Scan, scan } from "../../../tests/support/scan.ts";
import { FOREVER, REPORTER } from "../../../tests/support/service.ts";
import { eventually } from "../../../tests/support/wait.ts";
import { closeBrowser, inBrowser, openPage } from "./browser.ts";
import { Console } from "./console.ts";

after(closeBrowser);

const LOGGED = { run: "exec svlogd -t ./main", files: { "main/config": "n3\n" } };

function row(page: Page, name: string) {
  return page.locator("tbody tr", { has: page.getByRole("link", { name, exact: true }) });
}

async function untilState(page: Page, name: string, state: string): Promise<void> {
  await row(page, name).locator(".state", { hasText: state }).waitFor();
}

async function started(t: Parameters<typeof scan>[0], services: Parameters<typeof scan>[1]) {
  const tree: Scan = scan(t, services);
  for (const [name, { down }] of Object.entries(services)) {
    if (down !== true) await tree.service(name).untilRunning();
  }
  return { tree, served: await Console.on(tree) };
}

test("shows the services, and follows a change at once", inBrowser, async (t) => {
  const { tree, served } = await started(t, {
    web: { run: FOREVER },
    off: { run: FOREVER, down: true },
  });
  const { page, faults } = await openPage(t, served);
  await untilState(page, "web", "running");
  await untilState(page, "off", "stopped");
  tree.service("off").control("u");
  await untilState(page, "off", "running");
  tree.add("fresh", { run: FOREVER });
  await untilState(page, "fresh", "running");
  tree.remove("fresh");
  await row(page, "fresh").waitFor({ state: "detached" });
  assert.deepEqual(faults, []);
});

test("keeps the token out of the address, and of every request line", inBrowser, async (t) => {
  const { served } = await started(t, { web: { run: FOREVER } });
  const { page } = await openPage(t, served);
  const lines: string[] = [];
  page.on("request", (request) => lines.push(request.url()));
  await row(page, "web").getByRole("link").click();
  await page.getByRole("heading", { name: "web" }).waitFor();
  assert.ok(!page.url().includes(served.token));
  assert.ok(lines.length > 0 && !lines.join().includes(served.token));
});

test(
  "asks before a command that stops something, and starts without asking",
  inBrowser,
  async (t) => {
    const { tree, served } = await started(t, { web: { run: FOREVER } });
    const { pid } = tree.service("web").status();
    const { page, faults } = await openPage(t, served);
    const button = (name: string) => row(page, "web").getByRole("button", { name, exact: true });
    const dialog = page.getByRole("dialog");
    await button("Stop web").click();
    await dialog.getByText("Stop web?").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "detached" });
    assert.equal(tree.service("web").status().pid, pid);
    await button("Restart web").click();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.equal(tree.service("web").status().pid, pid);
    await button("Stop web").click();
    await dialog.getByRole("button", { name: "Stop" }).click();
    await untilState(page, "web", "stopped");
    await button("Start web").click();
    await untilState(page, "web", "running");
    const second = tree.service("web").status().pid;
    await button("Restart web").click();
    // A notice goes after some seconds, so the test waits from before it comes.
    const restarted = page.getByRole("status").getByText("web: restart done").waitFor();
    await dialog.getByRole("button", { name: "Restart" }).click();
    await restarted;
    assert.notEqual(tree.service("web").status().pid, second);
    assert.deepEqual(faults, []);
  },
);

const SIGNALS: readonly (readonly [string, string])[] = [
  ["hup", "HUP"],
  ["1", "USR1"],
  ["2", "USR2"],
  ["alarm", "ALRM"],
  ["interrupt", "INT"],
  ["quit", "QUIT"],
  ["term", "TERM"],
];

test("sends each signal from the menu of a service", inBrowser, async (t) => {
  const { tree, served } = await started(t, { web: { run: REPORTER } });
  const web = tree.service("web");
  await web.untilLines(1);
  const { page } = await openPage(t, served, { hash: "#/service/web" });
  const menu = page.getByLabel("More commands");
  for (const [command, signal] of SIGNALS) {
    const notice = page.getByText(`web: ${command} done`).waitFor();
    await menu.selectOption(command);
    const question = page.getByRole("dialog");
    const asks = ["interrupt", "quit", "term"].includes(command);
    if (asks) await question.locator("button.strong").click();
    await web.untilTrue(signal, () => web.lines().includes(signal));
    await notice;
  }
  await menu.selectOption("pause");
  await page.getByRole("dialog").locator("button.strong").click();
  await page.locator(".title .state", { hasText: "paused" }).waitFor();
  await menu.selectOption("cont");
  await page.locator(".title .state", { hasText: "running" }).waitFor();
  const { pid } = web.status();
  await menu.selectOption("kill");
  await page.getByRole("dialog").locator("button.strong").click();
  await web.untilRunning(pid);
  await web.untilTrue("start", () => web.lines().at(-1) === "start");
});

test(
  "shows why a service that crashes while one looks is down, and its runs",
  inBrowser,
  async (t) => {
    const { tree, served } = await started(t, {
      web: {
        run: "until [ -e broken ]; do sleep 0.05; done; echo gone; exit 7",
        log: LOGGED,
        files: { "max-death-tally": "1\n" },
      },
    });
    const { page, faults } = await openPage(t, served, { hash: "#/service/web" });
    await page.locator(".title .state", { hasText: "running" }).waitFor();
    writeFileSync(tree.service("web").path("broken"), "");
    await page.locator(".title .state", { hasText: "failed" }).waitFor();
    await page.locator(".why.not-fine", { hasText: "exit 7" }).first().waitFor();
    await page.locator(".history", { hasText: "exit 7" }).waitFor();
    await page.locator(".line", { hasText: "gone" }).waitFor();
    await page.waitForFunction('document.title.startsWith("(1)")');
    assert.deepEqual(faults, []);
  },
);

test("greys what a read-only token may not do, and says why", inBrowser, async (t) => {
  const { tree, served } = await started(t, { web: { run: FOREVER } });
  const token = served.addToken("reader", "--read-only");
  const { page } = await openPage(t, served, { token, hash: "#/service/web" });
  const stop = page.getByRole("button", { name: "Stop", exact: true });
  await page.getByText("This token is read-only.").waitFor();
  assert.equal(await stop.getAttribute("aria-disabled"), "true");
  const { pid } = tree.service("web").status();
  await stop.click({ force: true }); // as a keyboard does
  assert.equal(await page.getByRole("dialog").count(), 0);
  assert.equal(tree.service("web").status().pid, pid);
});

test("asks for a token without a valid one, and once it is removed", inBrowser, async (t) => {
  const { served } = await started(t, { web: { run: FOREVER } });
  const { page } = await openPage(t, served, { token: "wrong" });
  await page.getByLabel("Token").fill(served.token);
  await page.getByRole("button", { name: "Open" }).click();
  await untilState(page, "web", "running");
  served.addToken("admin"); // another token of that name: the first one is no more
  await page.getByLabel("Token").waitFor();
});

test("shows HTML and escapes in names and logs as text", inBrowser, async (t) => {
  const name = '<img src=x onerror="alert(1)">';
  const line = "<script>alert(2)</script> \\033[31mred\\033[0m \\033]0;title\\007 &amp;";
  const { served } = await started(t, {
    [name]: {
      run: `printf '${line}\\n'; ${FOREVER}`,
      log: LOGGED,
      files: { finish: "<b>bold</b>" },
    },
  });
  const { page, faults } = await openPage(t, served);
  await row(page, name).getByRole("link").click();
  await page.getByRole("heading", { name }).waitFor();
  const shown = page.locator(".line", { hasText: "<script>alert(2)</script>" });
  await shown.waitFor();
  assert.ok((await shown.textContent())?.includes("\x1b[31mred\x1b[0m"));
  await page.locator("summary", { hasText: "finish 644" }).click();
  await page.getByText("<b>bold</b>").waitFor();
  assert.equal(await page.locator("img, #page script, pre b").count(), 0);
  assert.deepEqual(faults, []);
});

test(
  "keeps up with 10,000 log lines a second, pauses, and searches the whole log",
  inBrowser,
  async (t) => {
    const { tree, served } = await started(t, {
      // Bursts of 1,000 lines: the loop of a shell alone is too slow.
      web: {
        run: 'echo needle; i=0; while [ ! -e stop ]; do seq -f "line %.0f" $i $((i + 999)); i=$((i + 1000)); sleep 0.1; done; echo last; exec sleep 1000',
        // The first line is still there for the search, however long the browser takes.
        log: { run: "exec svlogd -t ./main", files: { "main/config": "n1000\n" } },
      },
    });
    const { page, faults } = await openPage(t, served, { hash: "#/service/web" });
    const footer = page.locator(".log footer");
    await footer.getByText("5000 lines").waitFor();
    const pause = page.getByRole("button", { name: "Pause" });
    await pause.click();
    await footer.getByText("paused").waitFor();
    const frozen = await page.locator(".line").first().textContent();
    writeFileSync(tree.service("web").path("stop"), "");
    assert.equal(await page.locator(".line").first().textContent(), frozen);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.locator(".line", { hasText: "last" }).waitFor();
    // Only the lines in sight are in the document.
    assert.ok((await page.locator(".line").count()) < 200);
    await page.getByLabel("Search the log").fill("needle");
    await page.locator(".line", { hasText: "needle" }).waitFor();
    assert.equal(await page.locator(".line").count(), 1);
    assert.deepEqual(faults, []);
  },
);

test("follows a log across its rotation, and loads older lines", inBrowser, async (t) => {
  const { tree, served } = await started(t, {
    web: {
      run: "seq -f 'early %.0f' 1 800; until [ -e go ]; do sleep 0.05; done; seq -f 'late %.0f' 1 5; exec sleep 1000",
      log: LOGGED,
    },
  });
  const { page } = await openPage(t, served, { hash: "#/service/web" });
  await page.locator(".line", { hasText: "early 800" }).waitFor();
  tree.service("web").log.control("a"); // svlogd rotates
  const main = tree.service("web").path("log/main");
  await eventually(
    "rotation",
    () => readdirSync(main).find((name) => name.startsWith("@")),
    () => "",
  );
  writeFileSync(tree.service("web").path("go"), "");
  await page.locator(".line", { hasText: "late 5" }).waitFor();
  await page.getByRole("button", { name: "Older" }).click();
  await page.locator(".log footer", { hasText: "805 lines" }).waitFor();
});

test(
  "shows the last state while the console is away, and the new one when it is back",
  inBrowser,
  async (t) => {
    const { tree, served } = await started(t, { web: { run: FOREVER } });
    const { page } = await openPage(t, served);
    await untilState(page, "web", "running");
    await served.end();
    await page.getByRole("alert").getByText("The console does not answer").waitFor();
    await untilState(page, "web", "running");
    tree.service("web").control("d");
    await tree.service("web").until("down", ({ phase }) => phase === "down");
    await served.startAgain();
    await untilState(page, "web", "stopped");
    await page.getByRole("alert").waitFor({ state: "detached" });
  },
);

test("filters, sorts and moves by keyboard", inBrowser, async (t) => {
  const { served } = await started(t, {
    alpha: { run: FOREVER },
    beta: { run: FOREVER },
    gamma: { run: FOREVER, down: true },
  });
  const { page } = await openPage(t, served);
  await untilState(page, "gamma", "stopped");
  const names = () => page.locator("tbody th a").allTextContents();
  await page.keyboard.press("/");
  await page.keyboard.type("MM");
  await row(page, "alpha").waitFor({ state: "detached" });
  assert.deepEqual(await names(), ["gamma"]);
  await page.getByLabel("Filter by name").fill("");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "1 stopped" }).click();
  await row(page, "alpha").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "3 all" }).click();
  await row(page, "alpha").waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "beta" }).waitFor();
  await page.keyboard.press("Escape");
  await row(page, "alpha").waitFor();
  await page.keyboard.press("g");
  await page.getByRole("heading", { name: "Dependencies" }).waitFor();
});

test("draws what services need", inBrowser, async (t) => {
  const { served } = await started(t, {
    db: { run: FOREVER },
    web: { run: FOREVER, files: { "needs/db": "", "after/cache": "" } },
    cache: { run: FOREVER },
  });
  const { page, faults } = await openPage(t, served, { hash: "#/graph" });
  await page.locator(".drawing svg path").nth(1).waitFor({ state: "attached" });
  assert.deepEqual(await page.locator(".drawing text").allTextContents(), ["cache", "db", "web"]);
  assert.deepEqual(await row(page, "web").locator("td").allTextContents(), [
    "running",
    "db",
    "cache",
  ]);
  assert.deepEqual(faults, []);
});

test("draws 1,000 services, all in the end", inBrowser, async (t) => {
  const names = Array.from({ length: 1_000 }, (_, index) => `service-${index}`);
  const services = Object.fromEntries(names.map((name) => [name, { run: FOREVER, down: true }]));
  const served = await Console.on(scan(t, services, { args: ["--dense"] }));
  const { page, faults } = await openPage(t, served);
  // By attributes: to find a role, the page looks at all its elements, again and again.
  await page.locator(".counts button", { hasText: "1000 all" }).waitFor();
  await page.locator('[data-service="service-999"]').waitFor({ state: "attached" });
  assert.equal(await page.locator("tbody tr").count(), 1_000);
  assert.deepEqual(faults, []);
});

test("gives a browser nothing that another server on 127.0.0.1 would get", inBrowser, async (t) => {
  const { served } = await started(t, { web: { run: FOREVER } });
  const asked: IncomingHttpHeaders[] = [];
  const other = createServer(({ headers }, response) => {
    asked.push(headers);
    response.setHeader("Content-Type", "text/html").end("<title>other</title>");
  });
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  t.after(() => void other.close());
  const { page } = await openPage(t, served);
  await untilState(page, "web", "running");
  const { port } = other.address() as AddressInfo;
  await page.goto(`http://127.0.0.1:${port}/`);
  assert.equal(await page.evaluate("sessionStorage.length + localStorage.length"), 0);
  const list = `http://127.0.0.1:${served.port}/api/v1/services`;
  const token = served.token;
  // Even with the token, its page may not read an answer.
  const read = await page.evaluate(
    async ([url, bearer]) =>
      await fetch(url ?? "", { headers: { Authorization: `Bearer ${bearer}` } }).then(
        ({ status }) => `${status}`,
        () => "refused",
      ),
    [list, token],
  );
  assert.equal(read, "refused");
  assert.ok(asked.length > 0);
  for (const headers of asked) {
    assert.deepEqual([headers.cookie, headers.authorization], [undefined, undefined]);
    assert.ok(!headers.referer?.includes(`:${served.port}`));
    assert.ok(!JSON.stringify(headers).includes(token));
  }
});
