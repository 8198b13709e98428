/** The programs of the README run as they are printed, on services in another place. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { inRoot } from "../../../build/paths.ts";
import { scan } from "../../../tests/support/scan.ts";
import { FOREVER } from "../../../tests/support/service.ts";
import { FORKED } from "./trees.ts";

const README = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
const PROGRAMS = [...README.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);

const EXPECTED = [
  /^bad failed\nweb running\n$/,
  /^web is up and ready as process \d+\n$/,
  /^bad failed\n$|^web running\nbad failed\n$/,
  /^\S+ hello\n$/,
];

test("the programs of the README work", { skip: FORKED.skip }, async (t) => {
  const log = { run: "mkdir -p main; exec svlogd -t main" };
  const files = { "max-death-tally": "1" };
  const tree = scan(t, {
    web: { run: `echo hello; ${FOREVER}`, log },
    bad: { run: "exit 1", files },
  });
  await tree.service("web").untilTrue("a line", () => {
    const web = tree.service("web");
    return web.has("log/main/current") && web.text("log/main/current").includes("hello");
  });
  // A line may be there before its supervisor has published the start.
  await tree.service("web").untilRunning();
  await tree.service("bad").untilTrue("giving up", () => {
    const bad = tree.service("bad");
    return bad.has("supervise/history") && bad.text("supervise/history").includes("failed 1");
  });
  assert.equal(PROGRAMS.length, EXPECTED.length);
  for (const index of [0, 3, 2, 1]) {
    const code = (PROGRAMS[index] ?? "").replaceAll("/etc/service", tree.services);
    const words = ["--input-type=module", "--eval", code];
    const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: inRoot() });
    assert.match(stdout, EXPECTED[index] ?? /^$/);
  }
});
