/**
 * The stages of distributions, unchanged, under runit and the tools of runits.
 *
 * Source: Debian's package runit as it is installed here; void/ is void-runit, 2026-06-08, which is
 * in the public domain: https://github.com/void-linux/void-runit
 */
import assert from "node:assert/strict";
import { cpSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sandbox } from "../support/sandbox.ts";
import { asRoot, both } from "../support/skip.ts";
import { originalInPlace, ours } from "../support/suite.ts";
import { faultsOf, makeDisk, type Root } from "./disk.ts";
import { AMD64, missingFor } from "./hardware.ts";
import { Machine } from "./machine.ts";
import { addServices, startsOf } from "./services.ts";

const options = both(
  { skip: originalInPlace && "ours only" },
  { skip: missingFor(AMD64) ?? false },
  asRoot,
);
const DEBIAN = ["/etc/runit/1", "/lib/runit/run_sysv_scripts", "/lib/runit/async-timeout"];
const absent = DEBIAN.find((path) => !existsSync(path));

/** The places in which these stages expect the tools. */
function addTools(root: Root): void {
  cpSync(ours.bin, root.at("usr/bin"), { recursive: true, verbatimSymlinks: true });
  root.link("sbin/runit", "/usr/bin/runit");
  root.link("sbin/init", "/usr/bin/runit-init");
  root.link("bin/runit", "/usr/bin/runit");
  root.program("/usr/bin/install");
  const getty = "exec chpst -P getty -L 115200 ttyS0 vt100";
  root.script("etc/sv/getty-ttyS0/run", getty);
  addServices(root, { default: ["getty-ttyS0", "web", "db"] });
}

async function worksAndSwitchesOff(machine: Machine, disk: string, last: RegExp): Promise<void> {
  await machine.logIn();
  const { code, text } = await machine.shell(
    "SVDIR=/etc/runit/runsvdir/current sv -w 60 check web db",
  );
  assert.equal(code, 0, text);
  assert.deepEqual(await startsOf(machine), { db: 1, web: 1 });
  machine.type("/sbin/init 0");
  await machine.until(last);
  await machine.until(/reboot: Power down/);
  await machine.off();
  assert.equal(faultsOf(disk), "");
}

const debian = both(options, { skip: absent === undefined ? false : `${absent} is not there` });
test("Debian's stages boot, and power off", debian, async (t) => {
  const box = sandbox(t);
  const disk = makeDisk(box.dir, (root) => {
    addTools(root);
    for (const name of ["1", "2", "3", "ctrlaltdel", "rc.shutdown"]) {
      cpSync(join("/etc/runit", name), root.at(`etc/runit/${name}`));
    }
    cpSync("/lib/runit", root.at("lib/runit"), { recursive: true });
    root.program("/lib/runit/async-timeout");
    root.link("etc/runit/runsvdir/current", "/etc/runit/runsvdir/default");
    root.link("etc/service", "runit/runsvdir/current");
    // In place of the scripts of sysvinit's packages.
    root.script(
      "etc/init.d/mounts",
      `echo "mounts: $*"
      mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
      mount -t tmpfs run /run; mount -o remount,rw /`,
    );
    root.script("etc/init.d/hello", 'echo "hello: $*"');
    // Debian's sendsigs ends what is left: after `sv exit`, svlogd may still have its log open.
    root.script(
      "etc/init.d/unmount",
      'echo "unmount: $*"; until mount -o remount,ro /; do usleep 100000; done',
    );
    root.link("etc/rcS.d/S01mounts", "../init.d/mounts");
    root.link("etc/rc2.d/S01hello", "../init.d/hello");
    root.link("etc/rc0.d/K01unmount", "../init.d/unmount");
  });
  const machine = await Machine.boot(box, disk);
  await machine.until(/mounts: start --force-sysv/);
  await machine.until(/hello: start/);
  await worksAndSwitchesOff(
    machine,
    disk,
    /Waiting for services to stop\.\.\.[\s\S]*unmount: stop/,
  );
  for (const line of [/ok: down: \/etc\/service\/web/, /ok: down: \/etc\/service\/db/]) {
    assert.match(machine.console(), line);
  }
});

test("Void Linux's stages boot, and power off", options, async (t) => {
  const box = sandbox(t);
  const disk = makeDisk(box.dir, (root) => {
    addTools(root);
    cpSync(join(import.meta.dirname, "void"), root.at("etc/runit"), { recursive: true });
    // As void-runit's Makefile and package have them.
    root.link("etc/runit/stopit", "/run/runit/stopit");
    root.link("etc/runit/reboot", "/run/runit/reboot");
    root.link("etc/runit/runsvdir/current", "default");
    root.link("var/service", "/run/runit/runsvdir/current");
    root.link("usr/sbin", "bin");
    for (const name of readdirSync(root.at("bin"))) {
      if (!existsSync(root.at(`usr/bin/${name}`))) root.link(`usr/bin/${name}`, `/bin/${name}`);
    }
    for (const path of ["/usr/bin/mountpoint", "/usr/bin/pkill", "/sbin/fsck", "/sbin/fsck.ext4"]) {
      root.program(path);
    }
    root.link("usr/bin/fsck", "/sbin/fsck");
  });
  const machine = await Machine.boot(box, disk);
  await machine.until(/Welcome to Void!/);
  await machine.until(/Initialization complete, running stage 2/);
  await worksAndSwitchesOff(machine, disk, /Waiting for services to stop/);
});
