/**
 * A whole Debian that boots with its package runit-init: its stages, the scripts of its packages
 * and its gettys, unchanged, with the executables of runits in place of runit's.
 */
import assert from "node:assert/strict";
import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { test } from "node:test";
import { sandbox } from "../support/sandbox.ts";
import { asRoot, both } from "../support/skip.ts";
import { originalInPlace, ours } from "../support/suite.ts";
import { faultsOf, type Root } from "./disk.ts";
import { DEBIAN, unprepared } from "./hardware.ts";
import { Machine } from "./machine.ts";
import { startsOf } from "./services.ts";
import { makeDebian, noDebian } from "./whole-debian.ts";

const OURS = "/usr/lib/runits";
/** The directories in which Debian's packages have executables of runit. */
const PLACES = ["usr/bin", "usr/sbin", "usr/lib/runit"];

const options = both(
  { skip: originalInPlace && "ours only" },
  { skip: unprepared(DEBIAN) ?? false },
  { skip: noDebian ?? false },
  asRoot,
);

/** @returns the names of the executables that are ours now */
function replaceRunit(root: Root): string[] {
  cpSync(ours.bin, root.at(OURS), { recursive: true, verbatimSymlinks: true });
  const replaced = PLACES.flatMap((place) => {
    const names = readdirSync(ours.bin).filter((name) => existsSync(root.at(`${place}/${name}`)));
    for (const name of names) {
      rmSync(root.at(`${place}/${name}`));
      root.link(`${place}/${name}`, `${OURS}/${name}`);
    }
    return names;
  });
  return replaced.sort();
}

test("a whole Debian boots, reboots, and switches itself off", options, async (t) => {
  const box = sandbox(t);
  const disk = makeDebian(box.dir, (root) => {
    assert.deepEqual(
      replaceRunit(root),
      "chpst runit runit-init runsv runsvchdir runsvdir sv svlogd utmpset".split(" "),
    );
  });
  const machine = await Machine.boot(box, disk);

  const comesUp = async () => {
    await machine.logIn();
    const { code, text } = await machine.shell("sv -w 60 check web db getty-ttyS0");
    assert.equal(code, 0, text);
    assert.deepEqual(await startsOf(machine), { db: 1, web: 1 });
    assert.notEqual((await machine.shell("dmesg | grep 'recovery complete'")).code, 0);
  };
  const stopsInOrder = async () => {
    await machine.until(/Waiting for services to stop\.\.\./);
    const [text] = await machine.until(/[\s\S]*Running shutdown tasks\.\.\./);
    for (const name of ["db", "web"]) {
      assert.match(text, new RegExp(`^ok: down: /etc/service/${name}: `, "m"));
    }
  };

  await t.test("its services are up, below our process 1", async () => {
    await comesUp();
    const executables = "readlink /proc/1/exe /proc/$(pidof runsvdir)/exe";
    assert.match(
      (await machine.shell(executables)).text,
      /^\/usr\/lib\/runits\/runit\n\/usr\/lib\/runits\/runsvdir\n/m,
    );
    assert.match((await machine.shell("sv restart web")).text, /^ok: run: web: /m);
  });

  await t.test("init 6 reboots, and leaves the file system clean", async () => {
    machine.type("init 6");
    await stopsInOrder();
    await machine.until(/reboot: Restarting system/);
    await comesUp();
  });

  await t.test("init 0 switches off, and leaves the file system clean", async () => {
    machine.type("init 0");
    await stopsInOrder();
    await machine.until(/reboot: Power down/);
    await machine.off();
    assert.equal(faultsOf(disk), "");
  });
});
