import assert from "node:assert/strict";
import { test } from "node:test";
import { commandOf } from "./command.ts";

const wordsOf = (line: string) => line.split(" ").slice(1);
const parse = (line: string) => commandOf(line.split(" ")[0] ?? "", wordsOf(line));

test("the levels of init", () => {
  for (const name of ["init", "runit-init", "telinit", "any"]) {
    assert.deepEqual(parse(`${name} 0`), { is: "shutdown", ending: "power-off" });
    assert.deepEqual(parse(`${name} 6`), { is: "shutdown", ending: "reboot" });
    assert.deepEqual(parse(`${name} u`), { is: "upgrade" });
  }
});

test("the commands that are named after an ending", () => {
  for (const [line, is, ending] of [
    ["halt", "shutdown", "halt"],
    ["halt -p", "shutdown", "power-off"],
    ["halt -f", "force", "halt"],
    ["poweroff", "shutdown", "power-off"],
    ["reboot", "shutdown", "reboot"],
    ["reboot --force", "force", "reboot"],
    ["shutdown now", "shutdown", "power-off"],
    ["shutdown +0", "shutdown", "power-off"],
    ["shutdown -h now", "shutdown", "power-off"],
    ["shutdown -P now", "shutdown", "power-off"],
    ["shutdown -H now", "shutdown", "halt"],
    ["shutdown -r now", "shutdown", "reboot"],
    ["shutdown -r -f now kernel update", "force", "reboot"],
  ] as const) {
    assert.deepEqual(parse(line), { is, ending }, line);
  }
});

test("a typing error ends no system", () => {
  for (const line of [
    "init 00",
    "init 0 6",
    "init 06",
    "init 1",
    "init halt",
    "halt now",
    "reboot -x",
    "shutdown",
    "shutdown -r",
    "shutdown -h +5",
    "shutdown -h 12:00",
    "shutdown -c",
  ]) {
    const command = parse(line);
    assert.ok(command.is === "usage" && !command.isAsked, line);
  }
});

test("without a word, only the usage is printed", () => {
  assert.deepEqual(parse("init"), { is: "usage", isAsked: true, problem: undefined });
});

test("help and version", () => {
  for (const name of ["init", "halt", "shutdown"]) {
    assert.deepEqual(parse(`${name} --help`), { is: "help" });
    assert.deepEqual(parse(`${name} --version`), { is: "version" });
  }
  assert.deepEqual(parse("init -V"), { is: "version" });
});
