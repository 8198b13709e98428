/**
 * A running tree goes over to a new executable, and no service stops. The executable is a copy of ours, and so is what
 * is put in its place.
 */
import assert from "node:assert/strict";
import { chmodSync, cpSync, mkdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { guideBlock } from "../support/guide.ts";
import {
  cmdline,
  environ,
  executable,
  isAlive,
  kinship,
  limits,
  openFiles,
  STATUS_LINES,
  statusLines,
} from "../support/procfs.ts";
import { run, runTool } from "../support/run.ts";
import { type Cleanup, type Running, sandbox } from "../support/sandbox.ts";
import { type Scan, type ScanOptions, scan } from "../support/scan.ts";
import { type Description, FOREVER, makeService, ServiceDirectory } from "../support/service.ts";
import { debian, improved, ours, type Suite } from "../support/suite.ts";
import { supervise } from "../support/supervise.ts";

const UPGRADE = improved("upgrade");
/** Of runsvdir and runsv, which is a link to it. */
const EXECUTABLE = "runsvdir";

/** Our suite at a place of its own, whose executable can be replaced. */
class Installation {
  readonly suite: Suite;
  readonly #bin: string;

  constructor(t: Cleanup) {
    this.#bin = join(sandbox(t).dir, "bin");
    this.suite = { name: "installed", bin: this.#bin, missing: ours.missing };
    mkdirSync(this.#bin);
    cpSync(ours.bin, this.#bin, { recursive: true, verbatimSymlinks: true });
  }
  /** Puts the same executable in the place of the old one, in one step. */
  replace(): void {
    cpSync(join(ours.bin, EXECUTABLE), join(this.#bin, "new"));
    renameSync(join(this.#bin, "new"), join(this.#bin, EXECUTABLE));
  }
  /** When that was. */
  get replacedNs(): bigint {
    return statSync(join(this.#bin, EXECUTABLE), { bigint: true }).ctimeNs;
  }
  /** Puts something in its place that is no such executable. */
  spoil(text: string, mode = 0o755): void {
    writeFileSync(join(this.#bin, "new"), text);
    chmodSync(join(this.#bin, "new"), mode);
    renameSync(join(this.#bin, "new"), join(this.#bin, EXECUTABLE));
  }
}

const isReplaced = (pid: number) => executable(pid)?.endsWith(" (deleted)") === true;

/** Until these processes execute what is in place now; each still is the one that it was. */
async function untilGoneOver(service: ServiceDirectory, pids: readonly number[]): Promise<void> {
  await service.untilTrue("new executable", () => {
    assert.ok(pids.every(isAlive), "a process has ended");
    return !pids.some(isReplaced);
  });
}

async function untilSupervised(service: ServiceDirectory): Promise<void> {
  await service.untilTrue("supervisor", () => service.isSupervised());
}

/**
 * By the executable in place: while one program takes the place of the other, the files of the one are open for a moment
 * longer, and a command that is written then is read by nobody.
 */
async function untilSupervisedAnew(
  service: ServiceDirectory,
  { replacedNs }: Installation,
): Promise<void> {
  const isPublished = () =>
    statSync(service.path("supervise/status"), { bigint: true }).mtimeNs >= replacedNs;
  await service.untilTrue("supervisor", () => isPublished() && service.isSupervised());
}

/** Tells the world how it ended, and ends by TERM with 7. */
const ENDING: Description = {
  run: "trap 'exit 7' TERM; echo ready >>trace; while :; do sleep 1000 & wait $!; kill $!; done",
  finish: 'echo "$@" >>ends',
};
const COUNTING = [
  "i=0; until [ -e enough ]; do echo $i; i=$((i+1)); [ $((i % 50)) = 0 ] && sleep 0.01; done",
  `echo end; ${FOREVER}`,
].join("\n");

const REFUSED = /kept the old one: it does not say that it can take over\n/;
const OTHER_FORMAT = "runits runsv can take over, format 2";

describe("runsv: USR2", { concurrency: 4, ...UPGRADE }, () => {
  test("has it become the new executable, with its service as its child", async (t) => {
    const installation = new Installation(t);
    const service = supervise(t, ENDING, { suite: installation.suite });
    const before = await service.untilRunning();
    await service.untilLines(1);
    await untilSupervised(service);
    installation.replace();
    service.runsv.signal("SIGUSR2");
    await untilGoneOver(service, [service.runsv.pid]);
    await untilSupervisedAnew(service, installation);
    assert.deepEqual(service.status(), before);
    assert.equal(kinship(before.pid)?.ppid, service.runsv.pid);
    service.control("t");
    assert.deepEqual(await service.untilLines(1, "ends"), ["7 0"]);
    await service.untilRunning(before.pid);
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    assert.equal(service.stderr, "");
  });

  test("finds it by the path that it was started by, also if that was relative", async (t) => {
    const installation = new Installation(t);
    const via = ["sh", "-c", 'cd "$(dirname "$1")" && exec ./runsv "$OLDPWD/$2"', "sh"];
    const service = supervise(t, { run: FOREVER }, { suite: installation.suite, via });
    const { pid } = await service.untilRunning();
    await untilSupervised(service);
    installation.replace();
    service.runsv.signal("SIGUSR2");
    await untilGoneOver(service, [service.runsv.pid]);
    assert.equal(service.status().pid, pid);
    assert.equal(service.stderr, "");
  });

  test("stays with its service directory when another one comes in its place", async (t) => {
    const installation = new Installation(t);
    const service = supervise(t, ENDING, { suite: installation.suite });
    const { pid } = await service.untilRunning();
    await untilSupervised(service);
    renameSync(service.dir, `${service.dir}.old`);
    makeService(service.dir, { run: FOREVER });
    const old = new ServiceDirectory(`${service.dir}.old`, () => service.tell());
    installation.replace();
    service.runsv.signal("SIGUSR2");
    await untilGoneOver(old, [service.runsv.pid]);
    assert.equal(old.status().pid, pid);
    await old.untilLines(1);
    old.control("t");
    await old.untilRunning(pid);
    assert.deepEqual(old.lines("ends"), ["7 0"]);
    assert.ok(!service.has("supervise"), "the other directory is left alone");
    assert.equal(service.stderr, "");
  });

  test("keeps what was wanted, and what it has been through", async (t) => {
    const installation = new Installation(t);
    const service = supervise(t, { run: FOREVER, down: true }, { suite: installation.suite });
    await untilSupervised(service);
    service.control("o");
    const { pid } = await service.untilRunning();
    service.control("tu");
    await service.untilRunning(pid);
    service.control("p");
    await service.untilStat("run, paused");
    installation.replace();
    service.runsv.signal("SIGUSR2");
    await untilGoneOver(service, [service.runsv.pid]);
    await untilSupervisedAnew(service, installation);
    assert.equal(service.stat(), "run, paused");
    const { stdout } = await runTool(service.box, ours, "sv", ["report", service.dir]);
    assert.match(stdout, /^run: .*paused\n {2}restarts: 1\n {2}last exit: signal 15, /);
  });

  test("loses no command that comes meanwhile", async (t) => {
    const installation = new Installation(t);
    const service = supervise(t, ENDING, { suite: installation.suite });
    let { pid } = await service.untilRunning();
    await untilSupervised(service);
    for (let round = 0; round < 10; round++) {
      await service.untilLines(round + 1);
      installation.replace();
      service.runsv.signal("SIGUSR2");
      if (round % 2 === 0)
        await service.untilTrue("half way", () => !isReplaced(service.runsv.pid));
      service.control("t");
      ({ pid } = await service.untilRunning(pid));
    }
    assert.deepEqual(new Set(service.lines("ends")), new Set(["7 0"]));
  });

  test("waits for a control script that is at work", async (t) => {
    const installation = new Installation(t);
    const waiting = "echo asked >>trace; until [ -e go ]; do sleep 0.01; done; exit 1";
    const service = supervise(
      t,
      { run: FOREVER, control: { t: waiting } },
      { suite: installation.suite },
    );
    const { pid } = await service.untilRunning();
    await untilSupervised(service);
    service.control("t");
    await service.untilLines(1);
    installation.replace();
    service.runsv.signal("SIGUSR2");
    service.control("h"); // it goes on answering
    await service.untilTrue("nothing left to read", () => service.isSupervised());
    assert.ok(isReplaced(service.runsv.pid));
    writeFileSync(service.path("go"), "");
    await service.untilRunning(pid);
    await untilGoneOver(service, [service.runsv.pid]);
  });

  test("keeps the log pipe, also while neither side runs", async (t) => {
    const installation = new Installation(t);
    const service = supervise(
      t,
      { run: "seq 5; echo >>trace; exec sleep 1000", log: { run: "exec cat >>lines", down: true } },
      { suite: installation.suite },
    );
    await service.untilLines(1);
    await untilSupervised(service.log);
    service.control("d");
    await service.untilStat("down");
    installation.replace();
    service.runsv.signal("SIGUSR2");
    await untilGoneOver(service, [service.runsv.pid]);
    await untilSupervisedAnew(service.log, installation);
    service.log.control("u");
    assert.deepEqual(await service.log.untilLines(5, "lines"), ["1", "2", "3", "4", "5"]);
  });

  for (const [what, text, told] of [
    ["that is empty", "", /kept the old one: it exited 111\n/],
    ["that fails", "#!/bin/sh\nexit 3\n", /kept the old one: it exited 3\n/],
    ["that is killed", "#!/bin/sh\nkill -9 $$\n", /kept the old one: it was killed by signal 9\n/],
    ["that is another program", "#!/bin/sh\n", REFUSED],
    ["that answers all questions alike", '#!/bin/sh\necho "$0 $@"\n', REFUSED],
    ["that takes over another format", `#!/bin/sh\necho '${OTHER_FORMAT}'\n`, REFUSED],
    ["that never ceases to answer", "#!/bin/sh\nexec yes runits\n", /it was killed by signal 9\n/],
  ] as const) {
    test(`goes over to no executable ${what}`, async (t) => {
      const installation = new Installation(t);
      const service = supervise(t, { run: FOREVER }, { suite: installation.suite });
      const { pid } = await service.untilRunning();
      await untilSupervised(service);
      installation.spoil(text);
      service.runsv.signal("SIGUSR2");
      await service.untilSaid("runsv service: warning: executable ");
      assert.match(service.stderr, told);
      assert.equal(service.status().pid, pid);
      service.control("t");
      await service.untilRunning(pid);
    });
  }
});

for (const [mode, args] of [
  ["runsvdir", []],
  ["runsvdir -P", ["-P"]],
  ["runsvdir --dense", ["--dense"]],
] as const) {
  const isDense = mode.includes("dense");

  /** A tree, and the pids of all that supervises it. */
  const begin = async (
    t: Cleanup,
    services: Readonly<Record<string, Description>>,
    options: ScanOptions = {},
  ): Promise<{ installation: Installation; tree: Scan; supervisors: readonly number[] }> => {
    const installation = new Installation(t);
    const tree = scan(t, services, { ...options, suite: installation.suite, args });
    const supervisors = [tree.runsvdir.pid];
    for (const name of Object.keys(services)) {
      await tree.service(name).untilRunning();
      await untilSupervised(tree.service(name));
      if (!isDense) supervisors.push(await tree.untilRunsv(name));
    }
    return { installation, tree, supervisors };
  };

  describe(`${mode}: USR2`, { concurrency: 4, ...UPGRADE }, () => {
    test("has all of the tree go over, and stops no service", async (t) => {
      const { installation, tree, supervisors } = await begin(t, { one: ENDING, two: ENDING });
      const services = ["one", "two"].map((name) => tree.service(name));
      for (const service of services) await service.untilLines(1);
      const before = services.map((service) => service.status());
      installation.replace();
      tree.runsvdir.signal("SIGUSR2");
      for (const service of services) {
        await untilGoneOver(service, supervisors);
        await untilSupervisedAnew(service, installation);
      }
      assert.deepEqual(
        services.map((service) => service.status()),
        before,
      );
      for (const [index, service] of services.entries()) {
        const pid = before[index]?.pid ?? 0;
        assert.ok(supervisors.includes(kinship(pid)?.ppid ?? 0), "still its supervisor's child");
        service.control("t");
        assert.deepEqual(await service.untilLines(1, "ends"), ["7 0"]);
        await service.untilRunning(pid);
      }
      tree.add("three", { run: FOREVER });
      await tree.service("three").untilRunning();
      const removed = new ServiceDirectory(join(tree.box.dir, "made/one"));
      tree.remove("one");
      await removed.untilStat("down");
      assert.equal(tree.stderr, "");
      if (!isDense) assert.deepEqual(cmdline(supervisors[2] ?? 0), ["runsv", "two"]);
    });

    test("loses no line, however often it comes", async (t) => {
      const log = { run: `exec ${join(ours.bin, "svlogd")} .` }; // writes what it has read, at TERM too
      const { installation, tree, supervisors } = await begin(t, { web: { run: COUNTING, log } });
      const service = tree.service("web");
      const { pid } = service.status();
      for (let round = 0; round < 8; round++) {
        installation.replace();
        tree.runsvdir.signal("SIGUSR2");
        await untilGoneOver(service, supervisors);
        const { pid: logger } = await service.log.untilRunning();
        await untilSupervisedAnew(service.log, installation);
        service.log.control("t");
        await service.log.untilRunning(logger);
      }
      writeFileSync(service.path("enough"), "");
      await service.untilTrue("last line", () => service.log.lines("current").includes("end"));
      const lines = service.log.lines("current").slice(0, -1);
      assert.deepEqual(
        lines,
        lines.map((_, index) => `${index}`),
      );
      assert.ok(lines.length > 100, `${lines.length} lines`);
      assert.equal(service.status().pid, pid);
    });

    test("changes nothing of what a service is started with", async (t) => {
      const env = { GREETING: "hello" };
      const via = ["sh", "-c", 'ulimit -Sn 512; trap "" QUIT; exec "$@"', "sh"];
      const services = { web: { run: FOREVER, log: { run: FOREVER } } };
      const { installation, tree, supervisors } = await begin(t, services, { env, via });
      const service = tree.service("web");
      const portrait = async (before: number) => {
        const { pid } = await service.untilRunning(before);
        await service.untilTrue("exec", () => cmdline(pid)[0] === "sleep");
        const status = statusLines(pid);
        const told = STATUS_LINES.map((line) => `${line} ${status.get(line)}`);
        const files = [...openFiles(pid)];
        return { pid, told, files, limits: limits(pid), environ: environ(pid) };
      };
      const { pid, ...first } = await portrait(0);
      installation.replace();
      tree.runsvdir.signal("SIGUSR2");
      await untilGoneOver(service, supervisors);
      await untilSupervisedAnew(service, installation);
      service.control("t");
      const { pid: _, ...second } = await portrait(pid);
      assert.deepEqual(second, first);
    });

    test("keeps the message area, and who writes to it", async (t) => {
      const run = "while :; do until [ -e say ]; do sleep 0.01; done; rm say; echo hello >&2; done";
      const log = `log: ${".".repeat(60)}`;
      const { installation, tree, supervisors } = await begin(t, { web: { run } }, { log });
      const service = tree.service("web");
      const { pid } = service.status();
      const area = () => cmdline(tree.runsvdir.pid).at(-1) ?? "";
      writeFileSync(service.path("say"), "");
      await tree.until("first message", () => (area().endsWith("hello\n") ? true : undefined));
      installation.replace();
      tree.runsvdir.signal("SIGUSR2");
      await untilGoneOver(service, supervisors);
      await untilSupervisedAnew(service, installation);
      writeFileSync(service.path("say"), "");
      await tree.until("second message", () =>
        area().split("hello\n").length > 2 ? true : undefined,
      );
      assert.ok(area().startsWith("log: ...") && area().length === log.length, area());
      assert.equal(service.status().pid, pid);
    });

    test("does nothing where the executable does not work", async (t) => {
      const { installation, tree } = await begin(t, { web: { run: FOREVER } });
      const service = tree.service("web");
      const { pid } = service.status();
      for (const code of [0, 1]) {
        installation.spoil(`#!/bin/sh\nexit ${code}\n`);
        tree.runsvdir.signal("SIGUSR2");
        const problem = code === 0 ? "does not say that it can take over" : `exited ${code}`;
        await tree.untilSaid(`${problem}\n`);
      }
      assert.equal(service.status().pid, pid);
      service.control("t");
      await service.untilRunning(pid);
    });
  });
}

test("the loop of install.md signals our runsvdir, and not another suite's", UPGRADE, async (t) => {
  const block = guideBlock("install.md", "npm run build && npm run install-to");
  const loop = block.slice(block.indexOf("for pid in"));
  const installation = new Installation(t);
  const tree = scan(t, { web: { run: FOREVER } }, { suite: installation.suite });
  const other = debian.missing === undefined ? scan(t, {}, { suite: debian }) : undefined;
  await untilSupervised(tree.service("web"));
  installation.replace();
  const script = loop.replace("/usr/local/bin", installation.suite.bin);
  await run(tree.box, ["sh", "-c", script]);
  await untilGoneOver(tree.service("web"), [tree.runsvdir.pid, await tree.untilRunsv("web")]);
  if (other === undefined) return;
  other.runsvdir.signal("SIGTERM");
  assert.deepEqual(await other.runsvdir.exit(), { code: 0, signal: null });
});

test("a runsv of version 0.1.0 that becomes runsvdir's file is a runsv", UPGRADE, async (t) => {
  const handOver = 'exec 9<"$2"; export RUNITS_HANDOVER="pid=$$ mask= home=9 pipes= kept="';
  const become = 'exec -a runsv "$(dirname "$1")/runsvdir" "$2"';
  const via = ["bash", "-c", `${handOver}; ${become}`, "bash"];
  const service = supervise(t, { run: FOREVER }, { via });
  await service.untilRunning();
  assert.deepEqual(cmdline(service.runsv.pid), ["runsv", "service"]);
  service.control("x");
  assert.equal(await service.exitCode(), 0);
});

test(
  "an entry in the environment that was left to another process is of no account",
  UPGRADE,
  async (t) => {
    const env = { RUNITS_HANDOVER: "pid=1 mask=15 home=0 pipes= kept=0,1,2" };
    const service = supervise(t, { run: FOREVER }, { env });
    const { pid } = await service.untilRunning();
    await service.untilTrue("exec", () => cmdline(pid)[0] === "sleep");
    assert.ok(!environ(pid).some((entry) => entry.startsWith("RUNITS_HANDOVER=")));
    assert.equal(statusLines(pid).get("SigBlk"), "0000000000000000");
    const { runsv }: { readonly runsv: Running } = service;
    runsv.signal("SIGTERM");
    assert.equal(await service.exitCode(), 0);
  },
);

describe("what a process finds in the environment as left to itself", {
  concurrency: 4,
  ...UPGRADE,
}, () => {
  // Descriptor 3 is a file, 4 and 5 are a directory, 6 is a terminal or nothing.
  const HOSTILE = [
    "mask=15 home=0 kept=1,2",
    "mask=15,999999 pipes= kept=",
    "mask=15 home=3",
    "mask=15 home=77",
    "mask=15 home=4 kept=3",
    "mask=15 home=4 pipes=4,5",
    "mask=15 kept=4,4",
    "mask=15 kept=2147483648",
    "mask=15 kept=99999999999999999999",
    "mask=15 pipes=3",
    "mask=15 text=4,5",
    "mask=15 text=3,3 pipes=-1,-2",
    "mask=15 home=NaN",
    `mask=15 home=${"9".repeat(4_000)}`,
    "mask=15 pid=1 kept=\\377",
  ];
  const via = (value: string) => {
    const open = "exec 3</dev/null 4<. 5<.";
    return ["sh", "-c", `${open}; RUNITS_HANDOVER="pid=$$ ${value}" exec "$@"`, "sh"];
  };
  for (const value of HOSTILE) {
    test(`runsv takes nothing over by ${value.slice(0, 40)}`, async (t) => {
      const service = supervise(t, { run: FOREVER }, { via: via(value) });
      const { pid } = await service.untilRunning();
      await service.untilTrue("exec", () => cmdline(pid)[0] === "sleep");
      assert.ok(!environ(pid).some((entry) => entry.startsWith("RUNITS_HANDOVER=")));
      assert.equal(statusLines(pid).get("SigBlk"), "0000000000000000");
      service.runsv.signal("SIGTERM");
      assert.equal(await service.exitCode(), 0);
      assert.equal(service.stderr, "");
    });

    test(`runsvdir --dense takes nothing over by ${value.slice(0, 40)}`, async (t) => {
      const log = `log: ${".".repeat(20)}`;
      const tree = scan(t, { web: { run: FOREVER } }, { via: via(value), args: ["--dense"], log });
      const { pid } = await tree.service("web").untilRunning();
      await tree.service("web").untilTrue("exec", () => cmdline(pid)[0] === "sleep");
      assert.equal(statusLines(pid).get("SigBlk"), "0000000000000000");
      tree.runsvdir.signal("SIGTERM");
      assert.equal((await tree.runsvdir.exit()).code, 0);
    });
  }
});
