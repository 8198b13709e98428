/** The screen on the terminal: what people see, and what they do. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "../../../tests/support/run.ts";
import { type Cleanup, sandbox } from "../../../tests/support/sandbox.ts";
import { type Scan, scan } from "../../../tests/support/scan.ts";
import { FOREVER } from "../../../tests/support/service.ts";
import { asRoot } from "../../../tests/support/skip.ts";
import { ours, tool } from "../../../tests/support/suite.ts";
import { NODE, START } from "./console.ts";
import { Terminal } from "./terminal.ts";

const TALKER = "echo first line; trap 'echo second line' HUP; while :; do sleep 0.1; done";
const LOG = { run: "exec svlogd ./main", files: { "main/config": "" } };

test("lists, filters, sorts and shows the keys", async (t) => {
  const tree = twoServices(t);
  const terminal = new Terminal(t, tree);
  await terminal.startTop();
  await terminal.until(/^> off +stopped/m);
  await terminal.until(/^ {2}web +running/m);
  tree.service("off").control("u");
  await terminal.until(/^> off +running/m);
  terminal.keys("/", "w", "E");
  await terminal.until(/^> web/m);
  assert.doesNotMatch(terminal.screen(), /^. off/m);
  terminal.keys("Escape");
  await terminal.until(/^. off/m);
  terminal.keys("o");
  await terminal.until("by state");
  terminal.keys("?");
  await terminal.until("follow the log");
});

test("asks before it restarts, and starts and stops", async (t) => {
  const tree = twoServices(t);
  const terminal = new Terminal(t, tree);
  await tree.service("web").untilRunning();
  const { pid } = tree.service("web").status();
  await terminal.startTop();
  await terminal.until(/^ {2}web +running/m);
  terminal.keys("j", "r");
  await terminal.until("Restart web? [y/N]");
  terminal.keys("n");
  await terminal.until("q quit");
  assert.equal(tree.service("web").status().pid, pid);
  terminal.keys("r");
  await terminal.until("Restart web? [y/N]");
  terminal.keys("y");
  await terminal.until("web: restart done");
  assert.notEqual(tree.service("web").status().pid, pid);
  terminal.keys("d");
  await terminal.until("Stop web? [y/N]");
  terminal.keys("y");
  await terminal.until(/^> web +stopped/m);
  terminal.keys("u");
  await terminal.until(/^> web +running/m);
});

test("follows a log, also with a signal from the menu", async (t) => {
  const tree = scan(t, { web: { run: TALKER, log: LOG } });
  const terminal = new Terminal(t, tree);
  await terminal.startTop();
  await terminal.until(/^> web +running/m);
  terminal.keys("l");
  await terminal.until("first line");
  tree.service("web").control("h");
  await terminal.until("second line");
  terminal.keys("q");
  await terminal.until("q quit");
  terminal.keys("m", "j");
  await terminal.until(/> HUP/);
  terminal.keys("Enter");
  await terminal.until("web: hup done");
});

for (const key of ["C-c", "q"]) {
  test(`${key} leaves the terminal as it was`, async (t) => {
    const tree = twoServices(t);
    const terminal = new Terminal(t, tree);
    const modes = (name: string) => join(tree.box.dir, name);
    await terminal.until("$");
    terminal.line(`stty -a >${modes("before")}; echo what was there`);
    await terminal.until(/^what was there/m);
    await terminal.startTop();
    assert.equal(terminal.variable("alternate_on"), "1");
    assert.doesNotMatch(terminal.screen(), /what was there/);
    terminal.keys(key);
    await terminal.until(/^ended with 0/m);
    assert.match(terminal.screen(), /^what was there/m);
    assert.equal(terminal.variable("alternate_on"), "0");
    assert.equal(terminal.variable("cursor_flag"), "1");
    terminal.line(`stty -a >${modes("after")}; echo done`);
    await terminal.until(/^done/m);
    assert.equal(readFileSync(modes("after"), "utf8"), readFileSync(modes("before"), "utf8"));
  });
}

test("has room for a thousand services, and fits a terminal that changes its size", async (t) => {
  const box = sandbox(t);
  const services = join(box.dir, "services");
  for (let number = 1000; number < 2000; number++) {
    mkdirSync(join(services, `s${number}`), { recursive: true });
    writeFileSync(join(services, `s${number}`, "run"), "#!/bin/sh\n", { mode: 0o755 });
  }
  const terminal = new Terminal(t, { box, services });
  await terminal.startTop();
  await terminal.until("1000 unsupervised");
  terminal.keys("G");
  await terminal.until(/^> s1999/m);
  terminal.resize(50, 8);
  await terminal.until(/^\/.*\n.*SERVICE.*\n(. s1.*\n){4}> s1999 +unsupervised.*\n.*filter/);
  terminal.keys("g");
  await terminal.until(/^> s1000/m);
  terminal.resize(160, 40);
  const large = await terminal.until(/^ {2}s1036/m);
  assert.doesNotMatch(large, /s1037/);
  terminal.keys("r");
  await terminal.until("No supervisor is at work on this service.");
});

test("a user who lacks the rights gets the command that would give them", asRoot, async (t) => {
  const tree = twoServices(t);
  const { pid } = await tree.service("web").untilRunning();
  chmodSync(tree.box.dir, 0o755);
  await run(tree.box, [tool(ours, "sv"), "grant", ":nogroup", "--status", tree.service("web").dir]);
  const terminal = new Terminal(t, tree);
  await terminal.startTop(`${join(ours.bin, "chpst")} -u nobody`);
  await terminal.until(/^> off +unreadable/m);
  await terminal.until(/^ {2}web +running/m);
  terminal.keys("j", "d");
  await terminal.until("You may not control web. As root: sv grant nobody web");
  assert.equal(tree.service("web").status().pid, pid);
});

test("draws without colours if NO_COLOR is set", async (t) => {
  const tree = twoServices(t);
  const terminal = new Terminal(t, tree, { NO_COLOR: "1" });
  await terminal.startTop();
  await terminal.until(/^ {2}web +running/m);
  const codes = terminal.screen("-e").split("\u001b[").slice(1);
  assert.ok(codes.length > 0);
  assert.deepEqual(
    codes.filter((code) => /^(\d+;)*[349][0-7]/.test(code)),
    [],
  );
});

test("needs a terminal that can move its cursor, and a directory", async (t) => {
  const tree = twoServices(t);
  const piped = spawnSync(NODE, [START, "top", "--services", tree.services], { encoding: "utf8" });
  assert.equal(piped.stderr, "runits-console: top needs a terminal; sv list prints the services\n");
  assert.equal(piped.status, 1);
  const terminal = new Terminal(t, tree);
  await terminal.until("$");
  terminal.line(`TERM=dumb ${NODE} ${START} top --services ${tree.services}`);
  await terminal.until("TERM says that this one cannot");
  terminal.line(`${NODE} ${START} top --services /nowhere`);
  await terminal.until("runits-console: unable to read /nowhere: no such file or directory");
});

function twoServices(t: Cleanup): Scan {
  return scan(t, { off: { run: FOREVER, down: true }, web: { run: FOREVER } });
}
