/** runit as process 1 stays alive, and continues its work. */
import assert from "node:assert/strict";
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { describe, test } from "node:test";
import { noNamespace, noStrace, Process1, tamper } from "../support/process-one.ts";
import { executable } from "../support/procfs.ts";
import { debian, originalInPlace, ours } from "../support/suite.ts";
import { eventually } from "../support/wait.ts";

const skip = originalInPlace ? "has a path of its own" : noNamespace;
const sh = (text: string) => `#!/bin/sh\n${text}\n`;
const stages = {
  "etc/runit/1": sh("exit 0"),
  "etc/runit/2": sh("echo $$ >/run/two; exec sleep 1000"),
  "etc/runit/3": sh("env >/run/three"),
};

describe("a supervisor of stage 2 that is killed", { skip }, () => {
  for (const [name, command, isKept] of [
    ["runsvdir -P", `${ours.bin}/runsvdir -P`, true],
    ["runsvdir --dense", `${ours.bin}/runsvdir --dense`, true],
    ["runit's runsvdir -P", `${debian.bin}/runsvdir -P`, false],
  ] as const) {
    test(`${name}: the services ${isKept ? "go on under the next one" : "are ended"}`, {
      skip: !isKept && debian.missing,
    }, async (t) => {
      const machine = new Process1(t, {
        ...stages,
        "etc/runit/2": sh(
          `export PATH=${isKept ? ours.bin : debian.bin}:/usr/bin:/bin; echo $$ >>/run/two; exec ${command} /run/service`,
        ),
        "run/service/web/run": sh("echo $$ >>/run/web; exec sleep 1000"),
      });
      await machine.untilWritten("run/web", "\n");
      const first = machine.read("run/two").trim();
      await machine.run(`kill -KILL ${first}`);
      await machine.untilSays(isKept ? "services of stage 2 go on" : "killing all processes");
      if (!isKept) {
        await eventually(
          "a second start",
          () => (machine.read("run/web").trim().split("\n").length === 2 ? true : undefined),
          () => machine.output(),
        );
        return;
      }
      await machine.untilSays("enter stage: /etc/runit/2", 2);
      const script = `until [ "$(${ours.bin}/sv -w 0 status /run/service/web | grep -c '^run: .*(pid')" = 1 ] && ! kill -0 ${first} 2>&-; do sleep 0.05; done; ${ours.bin}/sv status /run/service/web`;
      const { stdout } = await machine.run(script);
      assert.match(stdout, new RegExp(`^run: .*\\(pid ${machine.read("run/web").trim()}\\)`));
    });
  }
});

describe("the console", { skip }, () => {
  test("that nobody reads stops nothing, and gets the lines when somebody does", async (t) => {
    const machine = new Process1(t, {}, { hasConsole: true, waits: true });
    const fifo = openSync(machine.path("console"), constants.O_RDWR | constants.O_NONBLOCK);
    const block = Buffer.alloc(4096, "x");
    for (let isFull = false; !isFull; ) {
      try {
        writeSync(fifo, block);
      } catch {
        isFull = true;
      }
    }
    for (const [name, text] of Object.entries(stages)) machine.write(name, text);
    machine.write("go", "");
    await machine.untilWritten("run/two", "\n");
    let text = "";
    const buffer = Buffer.alloc(65_536);
    await eventually(
      "all lines",
      () => {
        try {
          text += buffer.toString("latin1", 0, readSync(fifo, buffer));
        } catch {
          // Nothing to read now.
        }
        return text.includes("enter stage: /etc/runit/2\n") || undefined;
      },
      () => text.replaceAll("x", ""),
    );
    closeSync(fifo);
    const lines = text.replaceAll("x", "").split("\n").slice(0, 4);
    assert.match(lines[0] ?? "", /^- runit: runits \S+: booting\.$/);
    assert.deepEqual(lines.slice(1), [
      "- runit: enter stage: /etc/runit/1",
      "- runit: leave stage: /etc/runit/1",
      "- runit: enter stage: /etc/runit/2",
    ]);
    await machine.run("init 0");
    assert.equal(await machine.end(), "SIGINT");
  });
});

describe("a child that is killed", { skip: skip || noStrace }, () => {
  for (const call of ["setsid", "execve"]) {
    test(`at ${call}, before stage 2 is executed: stage 2 is started again`, async (t) => {
      const one = sh("while [ ! -e /run/go ]; do sleep 0.05; done");
      const machine = new Process1(t, { ...stages, "etc/runit/1": one });
      await machine.untilSays("enter stage: /etc/runit/1");
      const strace = await tamper(machine, `${call}:signal=KILL`);
      machine.write("run/go", "");
      await machine.untilSays("warning: child crashed: /etc/runit/2");
      strace.signal("SIGTERM");
      await machine.untilWritten("run/two", "\n");
      await machine.run("init 0");
      assert.equal(await machine.end(), "SIGINT");
    });

    test(`at ${call}, before stage 3 is executed: the system ends`, async (t) => {
      const machine = new Process1(t, stages);
      await machine.untilWritten("run/two", "\n");
      await tamper(machine, `${call}:signal=KILL`);
      await machine.signal("SIGPWR");
      assert.equal(await machine.end(), "SIGINT");
      assert.ok(machine.messages().includes("warning: child crashed: /etc/runit/3"));
    });
  }

  test("at execve, before ctrlaltdel is executed: nothing else happens", async (t) => {
    const machine = new Process1(t, { ...stages, "etc/runit/ctrlaltdel": sh("exit 0") });
    await machine.untilWritten("run/two", "\n");
    await tamper(machine, "execve:signal=KILL");
    await machine.signal("SIGINT");
    await machine.untilSays("warning: child crashed: /etc/runit/ctrlaltdel");
    await machine.signal("SIGPWR");
    assert.equal(await machine.end(), "SIGINT");
  });
});

describe("init u", { skip }, () => {
  test("makes process 1 execute its new version, in which stage 2 goes on", async (t) => {
    const machine = new Process1(t, stages, { isCopy: true });
    await machine.untilWritten("run/two", "\n");
    const pid = await machine.pid();
    const before = statSync(`/proc/${pid}/exe`).ino;
    copyFileSync(machine.path("bin/runit"), machine.path("bin/new"));
    chmodSync(machine.path("bin/new"), 0o755);
    renameSync(machine.path("bin/new"), machine.path("bin/runit"));
    assert.equal((await machine.run("init u")).code, 0);
    await machine.untilSays("goes on in stage 2.");
    assert.notEqual(statSync(`/proc/${pid}/exe`).ino, before);
    assert.equal(executable(pid), machine.path("bin/runit"));
    assert.equal(statSync(machine.path("run/runit.upgrade")).mode & 0o777, 0);
    await machine.run("init 6");
    assert.equal(await machine.end(), "SIGHUP");
    assert.match(machine.read("run/three"), /^PATH=/m);
    assert.doesNotMatch(machine.read("run/three"), /^RUNITS_HANDOVER=/m);
    const entered = machine.messages().filter((line) => line === "enter stage: /etc/runit/2");
    assert.equal(entered.length, 1);
  });

  test("keeps the old version if the new executable does not work", async (t) => {
    const machine = new Process1(t, stages, { isCopy: true });
    await machine.untilWritten("run/two", "\n");
    machine.write("bin/new", sh("exit 0"));
    renameSync(machine.path("bin/new"), machine.path("bin/runit"));
    machine.write("run/runit.upgrade", sh(""));
    await machine.signal("SIGCONT");
    await machine.untilSays(
      "does not work, kept the old one: it does not say that it can take over",
    );
    machine.write("run/runit.stopit", sh(""));
    await machine.signal("SIGCONT");
    assert.equal(await machine.end(), "SIGINT");
  });
});

describe("the host's last resort", { skip }, () => {
  for (const [name, reason] of [
    ["after a fault of the engine", "SIGSEGV"],
    ["after an abort of the engine", "SIGABRT"],
  ] as const) {
    test(`${name} reaps, and reboots on request`, async (t) => {
      const machine = new Process1(t, stages);
      await machine.untilWritten("run/two", "\n");
      await machine.signal(reason);
      await eventually(
        "message",
        () => machine.output().includes("fatal: the engine has failed") || undefined,
        () => machine.output(),
      );
      const { stdout } = await machine.run(
        "sh -c 'sleep 0 & exit'; while pgrep -P 1 -r Z; do sleep 0.02; done >/dev/null; kill -CONT 1; echo alive",
      );
      assert.equal(stdout, "alive\n");
      await machine.run("init 6");
      assert.equal(await machine.end(), "SIGHUP");
      assert.ok(!existsSync(machine.path("run/three")));
    });
  }

  test("takes over when the engine has no memory to start", async (t) => {
    const machine = new Process1(t, stages, { before: "ulimit -v 2500;" });
    await eventually(
      "message",
      () => machine.output().includes("fatal: the engine has failed") || undefined,
      () => machine.output(),
    );
    await machine.signal("SIGPWR");
    assert.equal(await machine.end(), "SIGINT");
  });
});
