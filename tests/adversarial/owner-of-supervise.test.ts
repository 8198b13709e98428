/**
 * A user who owns only `supervise/` of one service, as the manual lets him control it, tries all
 * that he can do there: root's other services, files, terminals and processes are untouched. Played
 * against runsvdir, runsvdir --dense and a tree that goes over to its executable anew, each after
 * the user has done his part and root has done the usual: asked, restarted the supervisor, removed
 * the service.
 */
import assert from "node:assert/strict";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { isAlive, kinship } from "../support/procfs.ts";
import { run, runTool } from "../support/run.ts";
import { type Cleanup, type Sandbox, sendSignal } from "../support/sandbox.ts";
import { type Scan, scan } from "../support/scan.ts";
import { FOREVER, ServiceDirectory } from "../support/service.ts";
import { debian, improved, ours, type Suite } from "../support/suite.ts";
import { eventually } from "../support/wait.ts";

const NOBODY = 65_534;
const skip = process.getuid?.() !== 0 ? "takes root" : improved("own-files").skip;

/**
 * What the user does in `supervise/`; `$victim` is the other service's directory, `$precious` a
 * file of root's, `$pid` a process of root's. Hard links may be refused by the system: that is as
 * good as their having no effect.
 */
const ATTACKS: readonly (readonly [string, string])[] = [
  ["control leads to the victim's", "rm control; ln -s $victim/supervise/control control"],
  ["control is the victim's", "rm control; ln $victim/supervise/control control || mkfifo control"],
  ["control is a file", "rm control; : >control"],
  ["control leads to a device", "rm control; ln -s /dev/full control"],
  ["control is a fifo of his", "rm control; mkfifo control; (exec 3<>control; sleep 1000) &"],
  ["ok leads to the victim's", "rm ok; ln -s $victim/supervise/ok ok"],
  ["ok leads to a terminal", "rm ok; ln -s $terminal ok"],
  ["ok leads to a device", "rm ok; ln -s /dev/zero ok"],
  ["lock leads to the victim's", "rm lock; ln -s $victim/supervise/lock lock"],
  ["lock is the victim's", "rm lock; ln $victim/supervise/lock lock || : >lock"],
  ["lock leads to a file", "rm lock; ln -s $precious lock"],
  ["lock is a fifo", "rm lock; mkfifo lock"],
  ["all that is written leads to a file", links("$precious", "status", "stat", "pid", "history")],
  ["all that is made leads to a file", links("$precious", ...made())],
  ["all that is made leads nowhere", links("$precious.made", ...made())],
  ["all that is made are fifos", `rm -f ${made().join(" ")}; mkfifo ${made().join(" ")}`],
  [
    "all that is read is nonsense",
    "for f in status stat history adopt; do rm -f $f; head -c 3000 /bin/sh >$f; done",
  ],
  ["all that is read is endless", links("/dev/zero", "status", "stat", "history", "adopt")],
  [
    "the victim's state",
    "for f in status stat pid history adopt; do rm -f $f; cp $victim/supervise/$f $f; done",
  ],
  [
    "root's process in the record",
    'sed -i "s/[0-9]\\{3,\\}/$pid/" adopt status stat; echo $pid >pid',
  ],
];

function made(): string[] {
  return ["status", "stat", "pid", "history", "adopt"].map((name) => `${name}.new`);
}
function links(target: string, ...names: string[]): string {
  return names.map((name) => `rm -f ${name}; ln -s ${target} ${name}`).join("; ");
}

interface Stage {
  readonly tree: Scan;
  readonly foo: ServiceDirectory;
  readonly victim: ServiceDirectory;
  readonly victimPid: number;
  readonly bystander: number;
}

/**
 * A terminal of the user's that controls no session yet; without Python, something else that is no
 * fifo.
 */
async function terminalOf(box: Sandbox): Promise<string> {
  const program = [
    "import os, pty, time",
    "master, slave = pty.openpty()",
    "print(os.ttyname(slave), flush=True)",
    "os.close(slave)",
    "time.sleep(1000)",
  ];
  const python = box.start(["python3", "-c", program.join("\n")], { uid: NOBODY });
  const ended = python.ended.then(() => "/dev/ptmx");
  const named = eventually(
    "terminal",
    () => (python.stdout().endsWith("\n") ? python.stdout().trim() : undefined),
    () => python.stderr(),
  );
  return Promise.race([named, ended]);
}

/** A tree with a service of the user's and one of root's, after the user has done `attack`. */
async function stage(
  t: Cleanup,
  suite: Suite,
  args: readonly string[],
  attack: string,
): Promise<Stage> {
  const services = { foo: { run: FOREVER }, victim: { run: FOREVER } };
  const tree = scan(t, services, { suite, args });
  chmodSync(tree.box.dir, 0o755);
  const at = (name: string) =>
    new ServiceDirectory(join(tree.box.dir, "made", name), () => tree.stderr);
  const [foo, victim] = [at("foo"), at("victim")];
  await foo.untilRunning();
  const { pid: victimPid } = await victim.untilRunning();
  for (const service of [foo, victim]) {
    await service.untilSupervised();
  }
  const { pid: bystander } = tree.box.start(["sleep", "1000"]);
  writeFileSync(join(tree.box.dir, "precious"), "precious\n");
  assert.equal((await run(tree.box, ["chown", "-R", `${NOBODY}`, foo.path("supervise")])).code, 0);
  const env = {
    victim: victim.dir,
    precious: join(tree.box.dir, "precious"),
    terminal: await terminalOf(tree.box),
    pid: `${bystander}`,
  };
  const cwd = foo.path("supervise");
  await run(tree.box, ["sh", "-c", `${attack}; printf x >control &`], {
    cwd,
    env,
    uid: NOBODY,
    stdio: "ignore",
  });
  return { tree, foo, victim, victimPid, bystander };
}

function assertUntouched({ tree, victim, victimPid, bystander }: Stage, supervisor: number): void {
  const told = `runsvdir wrote:\n${tree.stderr}`;
  assert.ok(isAlive(victimPid), `the victim was stopped; ${told}`);
  const { pid, want, phase } = victim.status();
  assert.deepEqual({ pid, want, phase }, { pid: victimPid, want: "up", phase: "run" }, told);
  assert.ok(isAlive(bystander), `a process of root's was signalled; ${told}`);
  assert.ok(isAlive(supervisor), `runsvdir has ended; ${told}`);
  assert.equal(kinship(supervisor)?.terminal ?? 0, 0, "runsvdir has a terminal");
  assert.equal(readFileSync(join(tree.box.dir, "precious"), "utf8"), "precious\n");
  assert.equal(statSync(join(tree.box.dir, "precious")).uid, 0);
  assert.throws(() => statSync(join(tree.box.dir, "precious.made")), { code: "ENOENT" });
}

/** The daily commands of root. */
async function everyday(of: Stage, suite: Suite): Promise<void> {
  const { tree, foo } = of;
  const env = { SVWAIT: "1" };
  for (const command of ["status", "down", "up"]) {
    await runTool(tree.box, suite, "sv", [command, foo.dir], { env });
  }
}

/** Root's runsvdir has looked at its directory: it has started a service that was just added. */
async function untilScanned({ tree }: Stage, name: string): Promise<void> {
  await tree.add(name, { run: FOREVER }).untilRunning();
}

for (const [mode, args] of [
  ["runsvdir", []],
  ["runsvdir --dense", ["--dense"]],
] as const) {
  describe(`${mode}: the owner of one supervise/`, { concurrency: 4, skip }, () => {
    for (const [what, attack] of ATTACKS) {
      test(`does no harm to others: ${what}`, async (t) => {
        const of = await stage(t, ours, args, attack);
        const { tree, foo, victim } = of;
        await everyday(of, ours);
        assertUntouched(of, tree.runsvdir.pid);
        tree.runsvdir.signal("SIGUSR2");
        await untilScanned(of, "second");
        assertUntouched(of, tree.runsvdir.pid);
        sendSignal(tree.runsvdir.pid, "SIGKILL");
        await tree.runsvdir.exit();
        tree.startAgain();
        await untilScanned(of, "third");
        await victim.untilSupervised();
        await everyday(of, ours);
        tree.remove("foo");
        await untilScanned(of, "fourth");
        assertUntouched(of, tree.runsvdir.pid);
        assert.ok(foo.has("run"));
      });
    }
  });
}

describe("Debian's runsvdir beside it", {
  concurrency: 4,
  skip: skip || (debian.missing ?? false),
}, () => {
  const HARMED = ["all that is made leads to a file"];
  for (const [what, attack] of ATTACKS.filter(([name]) => HARMED.includes(name))) {
    test(`is harmed: ${what}`, async (t) => {
      const of = await stage(t, debian, [], attack);
      await everyday(of, debian);
      await of.foo.untilTrue(
        "harm",
        () => readFileSync(join(of.tree.box.dir, "precious"), "utf8") !== "precious\n",
      );
    });
  }
});
