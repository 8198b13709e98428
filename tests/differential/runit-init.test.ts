/**
 * runit-init, ours and Debian's: as process 1, and as the command that ends the system, each on
 * either's process 1.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { DEBIAN_RUNIT, noNamespace, Process1 } from "../support/process-one.ts";
import type { Cleanup } from "../support/sandbox.ts";
import { originalInPlace } from "../support/suite.ts";

const ORIGINAL = "/lib/runit/runit-init";
const absent = [ORIGINAL, DEBIAN_RUNIT].find((path) => !existsSync(path));
const skip = originalInPlace
  ? "compares the two itself"
  : noNamespace || (absent !== undefined && `${absent} is not there`);

type Maker = "debian" | "ours";
const MAKERS: readonly Maker[] = ["debian", "ours"];
const stages = {
  "etc/runit/1": "#!/bin/sh\n",
  "etc/runit/2": "#!/bin/sh\necho >/run/two; exec sleep 1000\n",
  // What follows kills the command, if that has not ended yet.
  "etc/runit/3":
    "#!/bin/sh\ncd /run; stat -c '%a %s %n' runit.* >three; while ! test -e ended; do sleep 0.05; done\n",
};

/** Boots by `init`, runs `command` of `tool`, and then the command that ends the system. */
async function play(t: Cleanup, init: Maker, tool: Maker, command: string) {
  const machine = new Process1(t, stages, {
    runit: init === "ours" ? "$HOME/bin/init" : ORIGINAL,
  });
  mkdirSync(machine.path("original"));
  symlinkSync(ORIGINAL, machine.path("original/init"));
  await machine.untilWritten("run/two", "\n");
  const dir = machine.path(tool === "ours" ? "bin" : "original");
  const { code, stdout, stderr } = await machine.run(`PATH=${dir}:$PATH; ${command}`);
  writeFileSync(machine.path("run/ended"), "");
  if (!/ [06]$/.test(command)) await machine.signal("SIGPWR");
  const end = await machine.end();
  const ofConsole = (line: string) => line.includes("/dev/console: file does not exist");
  const [first = "", ...messages] = machine.messages().filter((line) => !ofConsole(line));
  assert.match(first, /: booting\.$/);
  const isStray = (line: string) => line.includes("only work in stage 2"); // init-power
  return {
    command: { code, stdout, stderr: stderr.replace("0|6|u", "0|6") }, // init-names
    end,
    messages: messages.filter((line) => !isStray(line)),
    three: machine.read("run/three"),
  };
}

describe("runit-init beside Debian's", { skip }, () => {
  for (const command of ["init 0", "init 6", "init"]) {
    test(command, async (t) => {
      const casts = MAKERS.flatMap((init) => MAKERS.map((tool) => [init, tool] as const));
      const [original, ...others] = await Promise.all(
        casts.map(([init, tool]) => play(t, init, tool, command)),
      );
      for (const other of others) assert.deepEqual(other, original);
    });
  }
});
