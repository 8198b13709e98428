/**
 * A machine with examples/boot/etc-runit: from the kernel to power-off, in qemu. busybox's shell
 * has an `init` of its own, so commands name /sbin/init.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { guideBlock } from "../support/guide.ts";
import { sandbox } from "../support/sandbox.ts";
import { asRoot, both } from "../support/skip.ts";
import { originalInPlace } from "../support/suite.ts";
import { faultsOf, makeDisk, type Root } from "./disk.ts";
import { AMD64, ARM64, type Hardware, missingFor, unprepared } from "./hardware.ts";
import { Machine } from "./machine.ts";
import { addServices, startsOf } from "./services.ts";

/** On the machine, the commands that the packages run in an upgrade. */
const RE_EXEC = "/root/re-exec";

function reExecCommands(): string {
  const dir = resolve(import.meta.dirname, "../../packaging");
  const parts = ["re-exec.sh", "re-exec-init.sh"].map((name) =>
    readFileSync(join(dir, name), "utf8"),
  );
  return parts.join("").replaceAll("/usr/lib/runits/bin/", "/usr/local/bin/");
}

const options = (hardware: Hardware) =>
  both(
    { skip: originalInPlace && "ours only" },
    { skip: (hardware === ARM64 && unprepared(hardware.name)) || false },
    { skip: missingFor(hardware) ?? false },
    asRoot,
  );

/** Types the lines of docs/install.md, with the machine's directories in place of this one's. */
function install(root: Root, { console, target }: Hardware): void {
  const places = ["etc", "sbin", "usr/local"];
  for (const place of places) mkdirSync(root.at(place), { recursive: true });
  // Node may be in /usr/local.
  const script = `set -e
    mount --bind '${resolve(dirname(process.execPath), "..")}' /mnt
    ${places.map((place) => `mount --bind '${root.at(place)}' /${place}`).join("\n")}
    ${guideBlock("install.md", "npm run install-to -- /usr/local\nmkdir -p /etc/runit").replaceAll("ttyS0", console)}`;
  execFileSync("unshare", ["--mount", "sh", "-c", script], {
    cwd: resolve(import.meta.dirname, "../.."),
    env: {
      PATH: "/usr/bin:/bin:/mnt/bin",
      ...(target === undefined ? {} : { RUNITS_TARGET: target }),
    },
    stdio: "pipe",
  });
  root.put(RE_EXEC, reExecCommands());
  addServices(root, { default: ["web", "db", "slow"], single: [`getty-${console}`, "alone"] });
}

/** Whether ext4 had to repair itself when it was mounted: it was not unmounted. */
async function hasRecovered(machine: Machine): Promise<boolean> {
  return (await machine.shell("dmesg | grep -q 'recovery complete'")).code === 0;
}

async function untilServicesAreUp(machine: Machine): Promise<void> {
  const { code, text } = await machine.shell("sv -w 60 check web db getty-tty1");
  assert.equal(code, 0, text);
}

const entering = (stage: number) => new RegExp(`enter stage: /etc/runit/${stage}`);

async function untilStageThreeIsDone(machine: Machine): Promise<void> {
  await machine.until(entering(3));
  await machine.until(/Stopping the services/);
  await machine.until(/Unmounting the file systems/);
  await machine.until(/leave stage: \/etc\/runit\/3/);
}

for (const hardware of [AMD64, ARM64]) {
  const name = `${hardware.name} boots, reboots, loses its power, boots, and switches itself off`;
  test(name, options(hardware), async (t) => {
    const box = sandbox(t);
    const fill = (root: Root) => install(root, hardware);
    const disk = makeDisk(box.dir, fill, hardware.busybox);
    const first = await Machine.boot(box, disk, hardware);

    await t.test("the services are up, and sv works on the getty", async () => {
      for (const stage of [1, 2]) await first.until(entering(stage));
      await first.logIn();
      await untilServicesAreUp(first);
      assert.match((await first.shell("sv status web")).text, /run: web: .*; run: log: /);
      assert.match((await first.shell("sv status slow")).text, /down: slow: /);
      assert.match((await first.shell("sv -w 60 restart web")).text, /ok: run: web: /);
      assert.deepEqual(await startsOf(first), { db: 1, web: 2 });
    });

    await t.test("a stage 2 that is killed is started again, and the services stay", async () => {
      const pids = "cat /etc/sv/web/supervise/pid /etc/sv/db/supervise/pid";
      const read = async () => (await first.shell(pids)).text.match(/^\d+$/gm);
      const before = await read();
      first.type("kill -KILL $(pidof runsvdir)");
      await first.until(entering(2));
      await untilServicesAreUp(first);
      assert.deepEqual(await read(), before);
      assert.deepEqual(await startsOf(first), { db: 1, web: 2 });
    });

    await t.test(
      "an upgrade re-execs process 1 and all supervisors, and stops nothing",
      async () => {
        const supervised = "cat /etc/sv/web/supervise/pid /etc/sv/web/log/supervise/pid";
        const pids = `pidof runsvdir; ${supervised} /etc/sv/db/supervise/pid`;
        const read = async () => (await first.shell(pids)).text.match(/^\d+$/gm);
        const before = await read();
        const deleted = "ls -l /proc/[0-9]*/exe | grep -E 'bin/(runit|runsvdir) [(]deleted[)]'";
        for (const tool of ["runit", "runsvdir"]) {
          const path = `/usr/local/bin/${tool}`;
          const { code, text } = await first.shell(
            `cp ${path} ${path}.new && mv ${path}.new ${path}`,
          );
          assert.equal(code, 0, text);
        }
        assert.match((await first.shell(deleted)).text, /\/proc\/1\/exe -> /);
        first.type(`sh -e ${RE_EXEC}`);
        await first.until(/upgrade: executing \/usr\/local\/bin\/runit/);
        await first.shell(`while ${deleted} >/dev/null; do usleep 100000; done`);
        await untilServicesAreUp(first);
        assert.match(
          (await first.shell("readlink /proc/1/exe")).text,
          /^\/usr\/local\/bin\/runit$/m,
        );
        assert.deepEqual(await read(), before);
        assert.deepEqual(await startsOf(first), { db: 1, web: 2 });
      },
    );

    await t.test("runsvchdir changes the services, and changes them back", async () => {
      await first.shell("runsvchdir single");
      await first.shell("sv -w 60 start alone");
      await first.shell("while sv status /etc/sv/db; do usleep 100000; done");
      assert.match(
        (await first.shell("sv status /etc/service/*")).text,
        new RegExp(`run: .*alone: .*\\n.*getty-${hardware.console}: .*\\n<`),
      );
      await first.shell("runsvchdir previous");
      await first.shell("sv -w 60 start db");
      await untilServicesAreUp(first);
      assert.deepEqual(await startsOf(first), { alone: 1, db: 2, web: 3 });
    });

    await t.test("Ctrl-Alt-Del reboots, and leaves the file system clean", async () => {
      if (hardware.hasKeyboard) first.pressCtrlAltDel();
      else first.type("kill -INT 1"); // as the kernel does
      await untilStageThreeIsDone(first);
      await first.until(/reboot: Restarting system/);
      await first.logIn();
      await untilServicesAreUp(first);
      assert.equal(await hasRecovered(first), false);
    });

    await t.test("init 6 reboots, and leaves the file system clean", async () => {
      first.type("/sbin/init 6");
      await untilStageThreeIsDone(first);
      await first.until(/reboot: Restarting system/);
      await first.logIn();
      await untilServicesAreUp(first);
      assert.equal(await hasRecovered(first), false);
      assert.deepEqual(await startsOf(first), { db: 1, web: 1 });
    });

    await first.cutPower();
    const second = await Machine.boot(box, disk, hardware);

    await t.test("after a power failure each service is started once", async () => {
      await second.logIn();
      await untilServicesAreUp(second);
      assert.equal(await hasRecovered(second), true);
      assert.deepEqual(await startsOf(second), { db: 1, web: 1 });
      assert.match((await second.shell("pidof svlogd | wc -w")).text, /^1$/m);
    });

    await t.test("init 0 waits for a service that needs 20 seconds, and switches off", async () => {
      await second.shell("sv -w 60 start slow");
      second.type("/sbin/init 0");
      await second.until(/runsvdir \/etc\/service: stopping: waiting for slow \(\d+s\)/);
      await second.until(/slow has ended/);
      await untilStageThreeIsDone(second);
      await second.until(/reboot: Power down/);
      await second.off();
      assert.equal(faultsOf(disk), "");
    });
  });
}
