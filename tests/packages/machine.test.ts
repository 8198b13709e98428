/** The packages on a whole Debian that boots with its package runit-init, in a virtual machine. */
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";
import { faultsOf } from "../boot/disk.ts";
import { Machine } from "../boot/machine.ts";
import { startsOf } from "../boot/services.ts";
import { makeDebian, noDebian } from "../boot/whole-debian.ts";
import { sandbox } from "../support/sandbox.ts";
import { asRoot, both, withPrograms } from "../support/skip.ts";
import { debs, newerDebs, released } from "./release.ts";

const TOOLS = "chpst runsv runsvdir sv svlogd".split(" ").map((name) => `/usr/bin/${name}`);
const TOOLS_OF_INIT = "runit runsvchdir utmpset".split(" ").map((name) => `/usr/sbin/${name}`);
const SERVICES = "web web/log db getty-ttyS0".split(" ");
/** Names tools that are missing at any moment. */
const WATCH = `while :; do
  for tool in ${[...TOOLS, ...TOOLS_OF_INIT].join(" ")}; do
    [ -e $tool ] || echo $tool >>/run/missing
  done
done`;

const options = both(
  released,
  { skip: noDebian ?? false },
  asRoot,
  withPrograms("dpkg-deb", "mke2fs"),
);

test(
  "a machine gets runits as its init by dpkg, upgrades it, and stops nothing",
  options,
  async (t) => {
    const box = sandbox(t);
    const first = await debs(box.dir);
    const second = newerDebs(box.dir, first);
    const disk = makeDebian(box.dir, (root) => {
      for (const file of [...first, ...second])
        copyFileSync(file, root.at(`root/${basename(file)}`));
      root.script("root/watch", WATCH);
    });
    const machine = await Machine.boot(box, disk);

    const type = async (command: string): Promise<string> => {
      const { code, text } = await machine.shell(command);
      assert.equal(code, 0, text);
      return text;
    };
    const install = (files: readonly string[]) =>
      type(`cd /root; dpkg -i ${files.map((file) => basename(file)).join(" ")}`);
    const process1 = () => type("readlink /proc/1/exe");
    /** The processes of services and log services, and the tree's runsvdir. */
    const pids = async (): Promise<readonly string[]> => {
      const files = SERVICES.map((name) => `/etc/service/${name}/supervise/pid`);
      const found = (await type(`pidof runsvdir; cat ${files.join(" ")}`)).match(/^\d+$/gm) ?? [];
      assert.equal(found.length, 1 + files.length, found.join());
      return found;
    };
    const comesUp = async () => {
      await machine.logIn();
      await type(`sv -w 60 start ${SERVICES.join(" ")}`);
      await type("sh /root/watch & true");
    };
    const stopsNothing = async (change: () => Promise<unknown>) => {
      const before = await pids();
      await change();
      assert.deepEqual(await pids(), before);
      assert.deepEqual(await startsOf(machine), { db: 1, web: 1 });
      const missing = await machine.shell("cat /run/missing");
      assert.notEqual(missing.code, 0, missing.text);
    };

    await t.test("the packages come beside the init that runs", async () => {
      await comesUp();
      await stopsNothing(() => install(first));
      assert.match(await process1(), /^\/usr\/sbin\/runit/m);
    });

    await t.test("from the next boot on, process 1 is that of the package", async () => {
      machine.type("init 6");
      await machine.until(/reboot: Restarting system/);
      await comesUp();
      assert.match(await process1(), /^\/usr\/lib\/runits\/bin\/runit$/m);
    });

    await t.test("an upgrade re-execs process 1 and all supervisors", async () => {
      await stopsNothing(async () => {
        await install(second);
        const deleted = "ls -l /proc/[0-9]*/exe | grep -E 'bin/(runit|runsvdir) [(]deleted[)]'";
        await type(`while ${deleted} >/dev/null; do sleep 0.1; done`);
      });
      assert.match(await process1(), /^\/usr\/lib\/runits\/bin\/runit$/m);
    });

    await t.test("once they are removed, the next boot is that of runit", async () => {
      await stopsNothing(() => type("dpkg --purge runits-init runits"));
      // Process 1 executes a deleted file, which keeps the file system from becoming read-only.
      machine.type("init 6");
      await machine.until(/ok: down: \/etc\/service\/web: /);
      await machine.until(/reboot: Restarting system/);
      await comesUp();
      assert.match(await process1(), /^\/usr\/sbin\/runit$/m);
    });

    machine.type("init 0");
    await machine.until(/reboot: Power down/);
    await machine.off();
    assert.equal(faultsOf(disk), "");
  },
);
