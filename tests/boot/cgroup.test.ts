/**
 * A machine with cgroups of the second version: what `sv` finds in those that services make for
 * themselves, and what it says of services that the kernel kills or keeps from forking, in qemu.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { test } from "node:test";
import { sandbox } from "../support/sandbox.ts";
import { both } from "../support/skip.ts";
import { originalInPlace } from "../support/suite.ts";
import { services } from "../support/sv-json.ts";
import { makeInitrd, type Root } from "./disk.ts";
import { AMD64, missingFor } from "./hardware.ts";

const options = both(
  { skip: originalInPlace && "ours only" },
  { skip: missingFor(AMD64) ?? false },
  { skip: process.getuid?.() !== 0 && "needs root" },
);
const DEADLINE_MS = 600_000;
const LOOKS = 10;

/** Their directory on the machine. */
const AT = "/sys/fs/cgroup";
const LIMIT = 20_000_000;
/** What the tests read of the JSON. */
interface Listed {
  readonly last_exit?: { readonly memory_kills?: number };
}

/** Services that run once, and that the kernel kills. */
const KILLED = ["leaf", "child", "machine", "taken"];

/**
 * Process 1. Each line of its output has the name of a fact, a colon and a line of the fact; runs
 * until the last wait has succeeded.
 */
const INIT = `PATH=/bin SVDIR=/etc/service
export PATH SVDIR
mount -t proc proc /proc
mount -t devtmpfs dev /dev
mount -t sysfs sys /sys
mount -t cgroup2 none ${AT}
mount -t tmpfs -o noexec none /noexec
cp -r /etc/sv/mount /noexec && ln -s /noexec/mount /etc/service/mount
exec >/dev/${AMD64.console} 2>&1
fact() {
  fact=$1
  shift
  "$@" 2>&1 | sed "s/^/$fact: /"
}
end() {
  until grep -q ^ended $SVDIR/$1/supervise/history 2>/dev/null; do usleep 100000; done
}
answers() { # waits until sv why says so
  until sv why $1 | grep -q "$2"; do usleep 100000; done
}
echo '+cpu +memory +pids' >${AT}/cgroup.subtree_control
for name in leaf parent late; do
  mkdir ${AT}/$name
  echo ${LIMIT} >${AT}/$name/memory.max
done
echo +memory >${AT}/parent/cgroup.subtree_control
mkdir -p ${AT}/pool/full ${AT}/few ${AT}/some
echo +pids >${AT}/pool/cgroup.subtree_control
echo 1 >${AT}/pool/pids.max
echo 2 >${AT}/few/pids.max
echo 2 >${AT}/some/pids.max
runsvdir /etc/service >/dev/null 2>&1 &
(echo 0 >${AT}/pool/full/cgroup.procs && exec runsv /etc/sv/full >/dev/null 2>&1) &
until sv -w 600 check web still some >/dev/null; do usleep 100000; done

until [ -e ${AT}/still/cgroup.procs ]; do usleep 100000; done
fact memory cat ${AT}/still/memory.current
fact still sv list --json still
fact memory cat ${AT}/still/memory.current
for look in $(seq ${LOOKS}); do
  fact cpu sed -n 's/usage_usec //p' ${AT}/web/cpu.stat
  sv metrics web | sed -n 's/^runits_service_cpu_seconds_total.* /cpu in s: /p'
done
sv -w 600 down web >/dev/null # it takes all that the processor has

for name in leaf child machine; do
  sv once $name >/dev/null
  end $name
done
sv -w 600 start taken >/dev/null
set -- $(cat /proc/$(cat /etc/service/taken/supervise/pid)/stat)
kill -KILL $4 # its parent
while [ -e /proc/$4 ]; do usleep 100000; done
until sv status taken | grep -q ^run; do usleep 100000; done
sv once taken >/dev/null
echo >/go
end taken
kill -KILL $(cat /etc/service/still/supervise/pid)
answers still 'ended .*KILL'

answers few 'possibly out of processes'
answers some 'out of processes'
answers /etc/sv/full 'cannot make a process'
answers mount noexec
answers foreign architecture
for name in ${KILLED.join(" ")} still few some mount foreign; do
  fact "why $name" sv why $name
  fact "list $name" sv list --json $name
  fact "row $name" sv list $name
done
fact "why full" sv why /etc/sv/full
fact metrics sv metrics
poweroff -f`;

/** A script that enters a cgroup, which it makes. */
const entering = (name: string) =>
  `mkdir -p ${AT}/${name}; echo $$ >${AT}/${name}/cgroup.procs || exit`;
const EAT = `exec chpst --oom-score 1000 awk 'BEGIN { s = "0123456789"; while (1) s = s s }'`;
/** The name of the cgroup is not to be read in the script. */
const HIDDEN = `at=${AT}; echo $$ >$at/late/cgroup.procs`;
const WORK = "(i=0; while [ $i -lt 3000 ]; do i=$((i+1)); done)";

const SCRIPTS: Readonly<Record<string, string>> = {
  web: `${entering("web")}; while :; do ${WORK}; done`,
  still: `${entering("still")}; exec sleep 100000`,
  leaf: `${entering("leaf")}; ${EAT}`,
  child: `${entering("parent/child")}; ${EAT}`,
  machine: EAT,
  taken: `${HIDDEN}; until [ -e /go ]; do usleep 100000; done; ${EAT}`,
  few: `${entering("few")}; sleep 100000 & sleep 100000 & wait`,
  some: `${entering("some")}; sh -c '(:); :'; sleep 100000 & wait`,
  mount: "exec sleep 100000",
  full: "exec sleep 100000",
};
const ELSEWHERE = ["mount", "full"];

function fill(root: Root): void {
  root.script("init", INIT);
  mkdirSync(root.at("noexec"));
  for (const [name, script] of Object.entries(SCRIPTS)) {
    const dir = ELSEWHERE.includes(name) ? "etc/sv" : "etc/service";
    root.script(`${dir}/${name}/run`, `exec 2>/dev/null; ${script}`);
    if (KILLED.includes(name)) root.put(`${dir}/${name}/down`, "");
  }
  // The beginning of an ELF file: 64 bits, little-endian, for a machine that is not of this kind.
  const head = `\x7fELF\x02\x01\x01${"\0".repeat(9)}\x02\0\x16\0`;
  root.put("etc/service/foreign/run", head + "\0".repeat(44), 0o755);
  // The applets of busybox and the tools are in one directory; ours replace runsv and the like.
  for (const name of ["runsv", "runsvdir", "sv", "chpst"]) {
    rmSync(root.at(`bin/${name}`), { force: true }); // a link to busybox
    copyFileSync(`${AMD64.bin}/${name}`, root.at(`bin/${name}`));
  }
}

test("sv on a machine with cgroups", options, async (t) => {
  const box = sandbox(t);
  const initrd = makeInitrd(box.dir, fill, AMD64.busybox);
  const qemu = box.start([
    ...`${AMD64.qemu} -accel tcg -m 192 -nodefaults -display none -serial stdio`.split(" "),
    ...["-no-reboot", "-kernel", AMD64.kernel, "-initrd", initrd],
    ...["-append", `console=${AMD64.console} rdinit=/init panic=-1 quiet loglevel=1`],
  ]);
  await qemu.exit(DEADLINE_MS).catch((error: unknown) => assert.fail(`${error}\n${qemu.stdout()}`));
  const console = qemu.stdout().replaceAll("\r", "");
  /** The lines of a fact. */
  const all = (name: string) =>
    console
      .split("\n")
      .filter((line) => line.startsWith(`${name}: `))
      .map((line) => line.slice(name.length + 2));
  const text = (name: string) => all(name).join("\n");
  const answer = (name: string) => text(`why ${name}`);
  const json = (name: string) => services(text(`list ${name}`))[0] as Listed;
  assert.notEqual(text("metrics"), "", `${qemu.stderr()}${console}`);

  await t.test("the memory and the processor time are those of the cgroup", () => {
    const [from = Number.NaN, to = Number.NaN] = all("memory")
      .map(Number)
      .toSorted((one, other) => one - other);
    const [still] = services(text("still"));
    const memory = Number(still?.cgroup_memory_bytes);
    assert.ok(from <= memory && memory <= to, `${from} ${memory} ${to}`);
    assert.ok(Number(still?.cgroup_cpu_seconds) > 0);
    const us = all("cpu").map(Number);
    const shown = all("cpu in s").map((s) => Math.round(Number(s) * 1e6));
    assert.equal(shown.length, LOOKS);
    // Children end between the looks.
    shown.forEach((now, look) => {
      const [before = Number.NaN, after = Number.POSITIVE_INFINITY] = us.slice(look, look + 2);
      assert.ok(before <= now && now <= after, `${before} ${now} ${after}`);
    });
  });

  await t.test("a service that the kernel killed for lack of memory is named", () => {
    for (const name of ["leaf", "child", "machine"]) {
      assert.match(
        answer(name),
        /killed by KILL .*[(]which runsv did not send; the kernel's out-of-memory count rose by 1[)]/,
      );
      assert.match(answer(name), /^.*; try: dmesg [|] grep 'Killed process'$/m);
      assert.match(text(`row ${name}`), /killed by KILL \(out of memory\?\)/);
      assert.equal(json(name).last_exit?.memory_kills, 1);
    }
    assert.match(answer("child"), /cgroup +\S+\/parent\/child: the kernel has killed 1 for lack/);
  });

  await t.test("without a count from before the start, that is a possibility", () => {
    assert.match(answer("taken"), /[(]possibly for lack of memory: the kernel's .* count is 4[)]/);
    assert.equal(json("taken").last_exit?.memory_kills, undefined);
  });

  await t.test("another KILL is none for lack of memory, as its cgroup shows", () => {
    assert.equal(json("still").last_exit?.memory_kills, 4); // those of the others
    assert.match(answer("still"), /ended +killed by KILL/);
    assert.doesNotMatch(answer("still"), /memory/);
  });

  await t.test("a service that is out of processes is named", () => {
    const refused = "the kernel has refused \\d+ forks";
    assert.match(answer("few"), new RegExp(`[(]possibly out of processes: ${refused} in its`));
    assert.match(
      answer("some"),
      new RegExp(`^some: running: out of processes: 2 of 2 are in use, and ${refused}`),
    );
    assert.match(answer("some"), /; try: grep [.] \/sys\/fs\/cgroup\/some\/pids[.][*]$/m);
    assert.match(
      answer("full"),
      /its supervisor cannot make a process: 1 of 1 .*; try: grep [.] \S+\/pool\/pids[.][*]$/m,
    );
  });

  await t.test("a program that this kernel does not execute is named", () => {
    assert.match(answer("mount"), /^mount: resting: .* mounted noexec; try: findmnt -T /);
    assert.match(answer("foreign"), /^foreign: resting: .* for another architecture; try: file /);
  });

  const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;
  await t.test("promtool accepts the metrics", { skip: !hasPromtool && "no promtool" }, () => {
    const input = `${text("metrics")}\n`;
    assert.equal(execFileSync("promtool", ["check", "metrics"], { input }).toString(), "");
  });
});
