/**
 * runit as process 1, ours and Debian's, on the same files: messages, what the stages have seen,
 * and the end. Both shut down by the files whose paths Debian's has compiled in.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";
import { DEBIAN_RUNIT, noNamespace, Process1 } from "../support/process-one.ts";
import type { Cleanup } from "../support/sandbox.ts";
import { originalInPlace } from "../support/suite.ts";

const skip = originalInPlace
  ? "compares the two itself"
  : noNamespace || (!existsSync(DEBIAN_RUNIT) && `${DEBIAN_RUNIT} is not there`);

const sh = (text: string) => `#!/bin/sh\n${text}\n`;
const set = (name: string) => `>/run/runit.${name}; chmod 100 /run/runit.${name}`;
const shutDown = `${set("stopit")}; kill -CONT 1; exec sleep 1000`;
/** The state that a process sees of itself. */
const show =
  "{ id; pwd; umask; ulimit -a; env | grep -v '^[CRW_]' | sort; grep -E 'Sig(Blk|Ign|Cgt)' /proc/self/status; ls -l /proc/self/fd | grep -o ' [012] ->'; echo $0 $#; } >>/run/shown";
const stages = {
  "etc/runit/1": sh("exit 0"),
  "etc/runit/2": sh(shutDown),
  "etc/runit/3": sh("cd /run; stat -c '%a %s %n' runit.* >three; exit 0"),
};

/** Files that differ from the usual ones, by scenario. */
const SCENARIOS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "stages that exit 0": { "etc/runit/2": sh("exit 0") },
  "a shutdown by files": {},
  "a reboot by files": { "etc/runit/2": sh(`${set("reboot")}; ${shutDown}`) },
  "a stage 1 that exits 1": { "etc/runit/1": sh("exit 1") },
  "a stage 1 that exits 100": { "etc/runit/1": sh("exit 100") },
  "a stage 1 that exits 111": { "etc/runit/1": sh("exit 111") },
  "a stage 2 that exits 1": { "etc/runit/2": sh("exit 1") },
  "a stage 2 that exits 100": { "etc/runit/2": sh("exit 100") },
  "a stage 2 that exits at TERM with 7": {
    "etc/runit/2": sh(
      `trap 'exit 7' TERM; ${set("stopit")}; kill -CONT 1; while :; do sleep 0.05; done`,
    ),
  },
  "a stage 2 that ignores TERM": {
    "etc/runit/2": sh(`trap '' TERM; ${set("stopit")}; kill -CONT 1; while :; do sleep 0.05; done`),
  },
  "a stage 2 that exits 111 once": {
    "etc/runit/2": sh("[ -e /run/once ] && exit 0; >/run/once; exit 111"),
  },
  "a stage 3 that exits 1": { "etc/runit/3": sh("exit 1") },
  "a stage 3 that exits 100": { "etc/runit/3": sh("exit 100") },
  "a stage 3 that is not there": { "etc/runit/3": "" },
  "CONT without a request": {
    "etc/runit/2": sh("kill -CONT 1; sleep 0.3; exit 0"),
  },
  "CONT in stage 1": { "etc/runit/1": sh("kill -CONT 1; sleep 0.3") },
  "INT in stage 3": { "etc/runit/3": sh("kill -INT 1; sleep 0.3") },
  "HUP and PIPE": {
    "etc/runit/2": sh(`for s in HUP PIPE; do kill -$s 1; done; sleep 0.3; ${shutDown}`),
  },
  PWR: { "etc/runit/2": sh("kill -PWR 1; exec sleep 1000") },
  "ctrl-alt-del": {
    "etc/runit/2": sh("kill -INT 1; exec sleep 1000"),
    "etc/runit/ctrlaltdel": sh(set("stopit")),
  },
  "ctrl-alt-del without a request": {
    "etc/runit/2": sh("kill -INT 1; sleep 0.5; exit 0"),
    "etc/runit/ctrlaltdel": sh("exit 3"),
  },
  "ctrl-alt-del that crashes": {
    "etc/runit/2": sh("kill -INT 1; sleep 0.5; exit 0"),
    "etc/runit/ctrlaltdel": sh("kill -KILL $$"),
  },
  "ctrl-alt-del without its script": {
    "etc/runit/2": sh(`${set("stopit")}; kill -INT 1; sleep 0.5; exit 0`),
    "etc/runit/ctrlaltdel": "",
  },
  "what a stage sees": {
    "etc/runit/1": sh(show),
    "etc/runit/2": sh(`${show}; exit 0`),
    "etc/runit/3": sh(show),
  },
  nosync: { "etc/runit/nosync": "" },
};

/** Files with an empty text are left out, but for flags. */
async function play(t: Cleanup, files: Readonly<Record<string, string>>, runit?: string) {
  const present = Object.entries({ ...stages, ...files }).filter(
    ([name, text]) => text !== "" || name.endsWith("nosync"),
  );
  const options = runit === undefined ? {} : { runit };
  const machine = new Process1(t, Object.fromEntries(present), options);
  const end = await machine.end();
  // The child of stage 1 says this, while process 1 says that the stage is entered.
  const isOfChild = (line: string) => line.endsWith("/dev/console: file does not exist");
  const [first = "", ...messages] = machine.messages().filter((line) => !isOfChild(line));
  assert.match(first, /: booting\.$/);
  return {
    end,
    messages,
    three: machine.read("run/three"),
    shown: machine.read("run/shown").replaceAll(machine.box.dir, "BOX"),
  };
}

describe("runit beside Debian's", { skip }, () => {
  for (const [name, files] of Object.entries(SCENARIOS)) {
    test(name, async (t) => {
      const [theirs, own] = await Promise.all([play(t, files, DEBIAN_RUNIT), play(t, files)]);
      const isStray = (text: string) =>
        (name === "PWR" && text.includes("only work in stage 2")) || // init-power
        text.includes("killing all processes in stage 2"); // stage-leftovers: there are none
      const messages = theirs.messages.filter((text) => !isStray(text));
      assert.deepEqual(own, { ...theirs, messages });
    });
  }
});
