/**
 * A machine with 32 bits, whose own seconds would end in 2038: services, their status and their
 * logs before and after, in qemu.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, rmSync } from "node:fs";
import { test } from "node:test";
import { inRoot } from "../../build/paths.ts";
import { sandbox } from "../support/sandbox.ts";
import { both } from "../support/skip.ts";
import { makeInitrd, type Root } from "./disk.ts";
import { ARMHF, missingFor, unprepared } from "./hardware.ts";

/** Zig's C compiler, which the build of the target has installed. */
const CC = inRoot(`target/zig/${ARMHF.target}-cc`);

/** Seconds since 1970. */
const BEFORE_2038 = 2_147_483_640;
const START_OF_2040 = 2_208_988_800;
/** Their first half as TAI64N labels. */
const LABEL_OF_2040 = /^@?4000000083aa/;

const options = both(
  { skip: unprepared(ARMHF.name) ?? false },
  { skip: missingFor(ARMHF) ?? (existsSync(CC) ? false : `needs ${CC}`) },
);

/**
 * Process 1. Each line of its output has the name of a fact, a colon and the fact. A wait ends with
 * the machine if it fails.
 */
const INIT = `PATH=/bin
mount -t proc proc /proc
mount -t devtmpfs dev /dev
exec >/dev/${ARMHF.console} 2>&1
status=/etc/service/web/supervise/status
rotate() { # waits until a line of the service is in a file of its own
  until grep -q starts /log/current; do usleep 100000; done
  sv alarm web/log
  while grep -q starts /log/current; do usleep 100000; done
}
set-time ${BEFORE_2038}
runsvdir /etc/service &
until sv -w 600 check web; do usleep 100000; done
echo "label before: $(od -An -tx1 -N8 $status | tr -d ' ')"
set-time ${START_OF_2040}
echo "status: $(sv status web)"
pid=$(cat /etc/service/web/supervise/pid)
kill -KILL $(pidof runsv)
while [ "$(pidof runsv)" = "" ]; do usleep 100000; done
until sv -w 600 check web; do usleep 100000; done
echo "taken over: $(sv status web), as $pid"
rotate
for round in 1 2 3; do sv -w 600 restart web; rotate; done
sv -w 600 restart web
until grep -q starts /log/current; do usleep 100000; done
echo "label after: $(od -An -tx1 -N8 $status | tr -d ' ')"
echo "status after: $(sv status web)"
echo "logs: $(cd /log; echo @*)"
echo "line: $(cat /log/current)"
echo "recent: $(sv logs --since 1h web | wc -l)"
echo "down: $(sv -w 600 down web)"
poweroff -f`;

function fill(root: Root): void {
  root.script("init", INIT);
  root.script("etc/service/web/run", "echo starts; exec sleep 100000");
  root.script("etc/service/web/log/run", "exec svlogd -t /log");
  root.put("log/config", "n2\n");
  // The applets of busybox and the tools are in one directory; ours replace runsv and the like.
  for (const name of ["runsv", "runsvdir", "sv", "svlogd", "chpst"]) {
    rmSync(root.at(`bin/${name}`), { force: true }); // a link to busybox
    copyFileSync(`${ARMHF.bin}/${name}`, root.at(`bin/${name}`));
  }
  execFileSync(CC, ["-static", "-o", root.at("bin/set-time"), inRoot("tests/boot/set-time.c")]);
}

test("a machine with 32 bits supervises and logs beyond 2038", options, async (t) => {
  const box = sandbox(t);
  const initrd = makeInitrd(box.dir, fill, ARMHF.busybox);
  const qemu = box.start([
    ...`${ARMHF.qemu} -accel tcg -m 256 -nodefaults -display none -serial stdio`.split(" "),
    ...["-no-reboot", "-kernel", ARMHF.kernel, "-initrd", initrd],
    ...["-append", `console=${ARMHF.console} rdinit=/init panic=-1 quiet`],
  ]);
  await qemu.exit(DEADLINE_MS);
  const facts = factsIn(qemu.stdout());
  const shown = `${qemu.stderr()}${qemu.stdout()}`;
  const secondsIn = (text = "") => Number(/^run: web: \(pid \d+\) (\d+)s/.exec(text)?.[1]);

  assert.match(facts.get("label before") ?? "", /^400000008000/, shown);
  const passed = secondsIn(facts.get("status"));
  assert.ok(passed >= START_OF_2040 - BEFORE_2038 - SLACK_S, shown);
  const [, pid, same] = /\(pid (\d+)\).*, as (\d+)/.exec(facts.get("taken over") ?? "") ?? [];
  assert.ok(pid !== undefined && pid === same, shown);
  assert.ok(secondsIn(facts.get("taken over")) >= passed, shown);
  assert.match(facts.get("label after") ?? "", LABEL_OF_2040);
  assert.ok(secondsIn(facts.get("status after")) < DEADLINE_MS / 1000, shown);
  // The newest two of the rotated files are left.
  const files = (facts.get("logs") ?? "").split(" ");
  assert.equal(files.length, 2, shown);
  for (const name of files) assert.match(name, LABEL_OF_2040);
  assert.match(facts.get("line") ?? "", /^@4000000083aa\w+ starts$/);
  assert.equal(facts.get("recent"), "3", shown);
  assert.match(facts.get("down") ?? "", /^ok: down: web: /);
});

const DEADLINE_MS = 600_000;
/** The clock runs on until the service has started. */
const SLACK_S = 600;

function factsIn(console: string): ReadonlyMap<string, string> {
  const lines = console.replaceAll("\r", "").matchAll(/^([\w ]+): (.*)$/gm);
  return new Map([...lines].map(([, name = "", fact = ""]) => [name, fact]));
}
