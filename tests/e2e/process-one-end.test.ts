/** runit as process 1: the system ends, whatever happens to the last calls. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { noNamespace, noStrace, Process1, tamper } from "../support/process-one.ts";
import { originalInPlace, ours } from "../support/suite.ts";
import { eventually } from "../support/wait.ts";

const skip = originalInPlace ? "has a path of its own" : noNamespace;
const sh = (text: string) => `#!/bin/sh\n${text}\n`;
const stages = {
  "etc/runit/1": sh("exit 0"),
  "etc/runit/2": sh("echo >/run/two; exec sleep 1000"),
  "etc/runit/3": sh("echo >/run/three"),
};
const RUNIT = join(ours.bin, "runit");
const MAY_NOT_REBOOT = "setpriv --bounding-set=-sys_boot --inh-caps=-sys_boot";

describe("a container that may not call reboot(2)", { skip }, () => {
  for (const [command, last] of [
    ["init 0", ["power off...", "system halt."]],
    ["init 6", ["system reboot.", "system halt."]],
    ["halt", ["system halt."]],
  ] as const) {
    test(`ends with process 1, which exits 0 at ${command}`, async (t) => {
      const machine = new Process1(t, stages, { runit: `${MAY_NOT_REBOOT} ${RUNIT}` });
      await machine.untilWritten("run/two", "\n");
      await machine.run(command);
      assert.deepEqual(await machine.exit(), { code: 0, signal: null });
      const expected = [...last, "reboot(2) fails, exiting: that ends this container."];
      assert.deepEqual(machine.messages().slice(-expected.length), expected);
      assert.equal(machine.read("run/three"), "\n");
    });
  }

  test("does not end if nothing shows that it is a container", async (t) => {
    const three = sh("umount -l /proc /proc");
    const machine = new Process1(
      t,
      { ...stages, "etc/runit/3": three },
      { runit: `${MAY_NOT_REBOOT} ${RUNIT}` },
    );
    await machine.untilWritten("run/two", "\n");
    await machine.signal("SIGPWR");
    await machine.untilSays("fatal: reboot(2) fails, and process 1 must not exit");
  });
});

describe("the last calls", {
  skip: skip || noStrace,
}, () => {
  test("a sync that hangs does not keep seven INT from a reboot", async (t) => {
    const machine = new Process1(t, stages);
    await machine.untilWritten("run/two", "\n");
    await tamper(machine, "sync:signal=STOP");
    await machine.run("for n in 1 2 3 4 5 6 7; do kill -INT 1; sleep 0.05; done");
    assert.equal(await machine.end(), "SIGHUP");
    assert.ok(machine.messages().includes("warning: sync hangs, going on..."));
  });

  test("a child that is killed at reboot(2) is followed by another one", async (t) => {
    const machine = new Process1(t, stages);
    await machine.untilWritten("run/two", "\n");
    const strace = await tamper(machine, "reboot:signal=KILL");
    await machine.signal("SIGPWR");
    const killed = () => strace.stderr().split("killed by SIGKILL").length > 2;
    await eventually(
      "two are killed",
      () => killed() || undefined,
      () => strace.stderr(),
    );
    strace.signal("SIGTERM");
    assert.equal(await machine.end(), "SIGINT");
  });
});
