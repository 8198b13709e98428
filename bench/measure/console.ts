/**
 * runits-console on 1,000 services, in Debian's Chromium: from the request of the page to the first
 * services on it, from a control byte to the changed state on it, and the memory of the server
 * while ten pages are open.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { bundleNodePackage } from "../../build/node/bundle.ts";
import { CONSOLE } from "../../build/node/packages.ts";
import { nodeOf } from "../../build/node/versions.ts";
import { inRoot } from "../../build/paths.ts";
import { statusLines } from "../../tests/support/procfs.ts";
import { eventually } from "../../tests/support/wait.ts";
import { atMost, Refused, type Row } from "../measurement.ts";
import type { Measurement, Session } from "../session.ts";
import { mustFit, Tree } from "../tree.ts";

const SERVICES = 1_000;
/** In sight, so that a change of it is on the screen. */
const WATCHED = "s10";
/** Beside the one in the browser. */
const STREAMS = 9;
const CHROMIUM = "/usr/bin/chromium";
/** Long enough for a busy machine. */
const PAGE_DEADLINE_MS = 180_000;

const row = (name: string, unit: string, most: number): Row => ({
  name: `console: ${name}`,
  unit,
  better: "lower",
  goals: [atMost(most)],
});
const paint = row("first services on the page, of 1,000", "ms", 300);
const change = row("a change on the page, of 1,000 services", "ms", 100);
const memory = row("memory, 1,000 services and ten pages", "MB", 80);

/** In the page: when the first service was drawn, since the page was asked for. */
const FIRST_ROW = `window.firstRow = new Promise((resolve) => {
  const look = () => {
    if (document.querySelector("tbody tr")) requestAnimationFrame(() => resolve(performance.now()));
    else requestAnimationFrame(look);
  };
  look();
})`;

/** In the page: the time at which the service has another state than now. */
const NEXT_STATE = `(name) => {
  const cell = document.querySelector('[data-service="' + name + '"] .state');
  const before = cell.textContent;
  window.nextState = new Promise((resolve) => {
    new MutationObserver((_, observer) => {
      if (cell.textContent === before) return;
      observer.disconnect();
      resolve(Date.now());
    }).observe(cell, { subtree: true, childList: true, characterData: true });
  });
}`;

export const console_: Measurement = {
  rows: [paint, change, memory],
  subjects: ["ours"],
  rounds: { quick: 5, full: 21 },
  warmsUp: true,
  async open({ driver }, subject): Promise<Session> {
    mustFit(2 * SERVICES);
    const launched = await chromium
      .launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"] })
      .catch((error: Error) => {
        throw new Refused(`${CHROMIUM}: ${error.message.split("\n", 1)[0]}`);
      });
    await bundleNodePackage(CONSOLE);
    const tree = await Tree.up(subject, driver, SERVICES);
    const served = await Served.on(tree.dir);
    return new ConsoleSession(launched, tree, served);
  },
};

class ConsoleSession implements Session {
  readonly #browser: Browser;
  readonly #tree: Tree;
  readonly #served: Served;

  constructor(browser: Browser, tree: Tree, served: Served) {
    this.#browser = browser;
    this.#tree = tree;
    this.#served = served;
  }

  async measure() {
    const profile = await this.#browser.newContext();
    try {
      const page = await profile.newPage();
      page.setDefaultTimeout(PAGE_DEADLINE_MS);
      await page.addInitScript(FIRST_ROW);
      await page.goto(this.#served.address);
      const paintMs = await page.evaluate<number>("window.firstRow");
      await page
        .locator("tbody tr")
        .nth(SERVICES - 1)
        .waitFor({ state: "attached" });
      const changeMs = await this.#change(page, "p");
      await this.#change(page, "c");
      return new Map([
        [paint.name, paintMs],
        [change.name, changeMs],
        [memory.name, this.#served.memoryMB()],
      ]);
    } finally {
      await profile.close();
    }
  }

  /** @returns how long it took until the page had the state after the control byte, in ms */
  async #change(page: Page, byte: string): Promise<number> {
    await page.evaluate(`(${NEXT_STATE})("${WATCHED}")`);
    const beganMs = Date.now();
    writeFileSync(join(this.#tree.service(WATCHED), "supervise/control"), byte);
    return (await page.evaluate<number>("window.nextState")) - beganMs;
  }

  async close() {
    await this.#browser.close();
    await this.#served.close();
    await this.#tree.close();
  }
}

/** A console, and the streams of pages without a browser. */
class Served {
  readonly address: string;
  readonly #pid: number;
  readonly #end: () => Promise<void>;

  private constructor(address: string, pid: number, end: () => Promise<void>) {
    this.address = address;
    this.#pid = pid;
    this.#end = end;
  }

  static async on(services: string): Promise<Served> {
    const state = mkdtempSync(join(tmpdir(), "runits-console-"));
    const words = ["--services", services, "--state", state, "--listen", "127.0.0.1:0"];
    const node = await nodeOf(22);
    const start = inRoot(CONSOLE.folder, "dist/start.js");
    const child = spawn(node, [start, ...words, "--allow-root"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    const address = await eventually(
      "address of the console",
      () => /http:\S+\//.exec(said)?.[0],
      () => said,
    );
    const token = readFileSync(join(state, "admin-token"), "utf8").trim();
    const headers = { Authorization: `Bearer ${token}` };
    for (let count = 0; count < STREAMS; count += 1) {
      const path = `${address}api/v1/events`;
      const request = http.get(path, { headers, agent: false }, (response) => {
        response.on("error", () => {}).resume();
      });
      // The server ends before them.
      request.on("error", () => {});
    }
    return new Served(`${address}#token=${token}`, child.pid ?? 0, async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await ended;
      rmSync(state, { recursive: true, force: true });
    });
  }

  /** Its resident memory. */
  memoryMB(): number {
    return Number.parseInt(statusLines(this.#pid).get("VmRSS") ?? "", 10) / 1_024;
  }

  close(): Promise<void> {
    return this.#end();
  }
}
