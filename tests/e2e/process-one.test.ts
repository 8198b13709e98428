/** runit as process 1: stages, signals, and the end of the system. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { noNamespace, Process1 } from "../support/process-one.ts";
import { originalInPlace } from "../support/suite.ts";

const skip = originalInPlace ? "has a path of its own" : noNamespace;
const FOREVER = "#!/bin/sh\nexec sleep 1000\n";
const one = { "etc/runit/1": "#!/bin/sh\n" };
const three = { "etc/runit/3": "#!/bin/sh\necho >/run/three\n" };

describe("a stage", { skip }, () => {
  for (const [code, expected] of [
    [0, ["enter stage: /etc/runit/2"]],
    [1, ["warning: child failed: /etc/runit/1", "enter stage: /etc/runit/2"]],
    [111, ["warning: child failed: /etc/runit/1", "enter stage: /etc/runit/2"]],
    [100, ["warning: child failed: /etc/runit/1", "warning: skipping stage 2..."]],
  ] as const) {
    test(`1 that exits ${code}: ${expected.at(-1)}`, async (t) => {
      const machine = new Process1(t, { "etc/runit/1": `#!/bin/sh\nexit ${code}\n` });
      for (const text of expected) await machine.untilSays(text);
    });
  }

  test("1 that is killed skips stage 2", async (t) => {
    const files = { "etc/runit/1": "#!/bin/sh\nkill -9 $$\n", "etc/runit/2": FOREVER, ...three };
    const machine = new Process1(t, files);
    assert.equal(await machine.end(), "SIGINT");
    assert.deepEqual(machine.messages().slice(1), [
      "enter stage: /etc/runit/1",
      "warning: unable to open /dev/console: file does not exist",
      "warning: child crashed: /etc/runit/1",
      "leave stage: /etc/runit/1",
      "warning: skipping stage 2...",
      "enter stage: /etc/runit/3",
      "leave stage: /etc/runit/3",
      "sending KILL signal to all processes...",
      "power off...",
    ]);
  });

  test("2 that exits 0 is followed by stage 3", async (t) => {
    const machine = new Process1(t, { ...one, "etc/runit/2": "#!/bin/sh\n", ...three });
    assert.equal(await machine.end(), "SIGINT");
    assert.ok(!machine.messages().some((line) => line.startsWith("warning: child")));
    assert.equal(machine.read("run/three"), "\n");
  });

  for (const [name, end] of [
    ["exits 111", "exit 111"],
    ["is killed", "kill -9 $$"],
  ] as const) {
    test(`2 that ${name} is started again, after its processes have been ended`, async (t) => {
      const machine = new Process1(t, {
        ...one,
        "etc/runit/2": `#!/bin/sh
echo began >>/run/two
[ -e /run/left ] && exec sleep 1000
setsid sh -c 'trap "echo ended >>/run/two; exit" TERM; echo >/run/left; while :; do sleep 0.05; done' &
while [ ! -e /run/left ]; do sleep 0.05; done
${end}
`,
      });
      await machine.untilWritten("run/two", "ended\nbegan\n");
      await machine.untilSays("killing all processes in stage 2...");
    });
  }

  test("2 that is not there is tried again", async (t) => {
    const machine = new Process1(t, { ...one, ...three });
    await machine.untilSays("fatal: unable to start child: /etc/runit/2: file does not exist");
    machine.write("etc/runit/2", "#!/bin/sh\necho >/run/two\nexec sleep 1000\n");
    await machine.untilWritten("run/two", "\n");
  });

  test("1 or 3 that cannot be executed is tried three times, and then skipped", async (t) => {
    const files = { "etc/runit/1": "#!/none\n", "etc/runit/2": "#!/bin/sh\n", "etc/runit/3": "x" };
    const machine = new Process1(t, files);
    assert.equal(await machine.end(), "SIGINT");
    const failures = machine.messages().filter((line) => line.includes("unable to start child"));
    assert.deepEqual(failures, [
      ...Array(3).fill("fatal: unable to start child: /etc/runit/1: file does not exist"),
      ...Array(3).fill("fatal: unable to start child: /etc/runit/3: access denied"),
    ]);
  });

  test("3 that is not there is skipped at once", async (t) => {
    const machine = new Process1(t, { ...one, "etc/runit/2": "#!/bin/sh\n" });
    assert.equal(await machine.end(), "SIGINT");
    assert.equal(machine.messages().filter((line) => line.includes("start child")).length, 1);
  });
});

describe("runit-init", { skip }, () => {
  for (const [command, signal] of [
    ["init 0", "SIGINT"],
    ["init 6", "SIGHUP"],
    ["runit-init 6", "SIGHUP"],
    ["poweroff", "SIGINT"],
    ["halt", "SIGINT"],
    ["reboot", "SIGHUP"],
    ["shutdown -r now", "SIGHUP"],
    ["shutdown -h now bye", "SIGINT"],
    ["reboot -f", "SIGHUP"],
    ["halt -f", "SIGINT"],
  ] as const) {
    test(`${command} ends the system`, async (t) => {
      const two = "#!/bin/sh\ntrap 'exit 7' TERM\n>/run/two\nwhile :; do sleep 0.05; done\n";
      const machine = new Process1(t, { ...one, "etc/runit/2": two, ...three });
      await machine.untilSays("enter stage: /etc/runit/2");
      await machine.run(command);
      assert.equal(await machine.end(), signal);
      if (command.endsWith("-f")) return;
      assert.equal(machine.read("run/three"), "\n");
      const last = command === "halt" ? "system halt." : undefined;
      if (last !== undefined) assert.equal(machine.messages().at(-1), last);
      assert.ok(!machine.messages().some((line) => line.startsWith("warning: child")));
    });
  }
});
