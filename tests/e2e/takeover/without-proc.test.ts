/**
 * Places where it is hard to tell one process from another: no `/proc`, a part of it, another PID
 * namespace's.
 */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { isAlive } from "../../support/procfs.ts";
import { refusing } from "../../support/refuse.ts";
import { run } from "../../support/run.ts";
import { sandbox } from "../../support/sandbox.ts";
import { testBothWays } from "../../support/scan.ts";
import { FOREVER, makeService, ServiceDirectory } from "../../support/service.ts";
import { improved, ours, tool } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";

const isRoot = process.getuid?.() === 0;
const ADOPTION = isRoot ? improved("adoption") : { skip: "needs root" };
const NOBODY = "setpriv --reuid 65534 --regid 65534 --clear-groups";
const REFUSING = refusing("ENOSYS", "pidfd_open");
const NO_PIDFD = REFUSING.join(" ");
const NAMESPACE = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec"] as const;

/** Each step waits for the one before: the second runsv is there once `control` can be opened. */
const KILLED_AND_REPLACED = [
  '$as "$0" service 2>first & r=$!',
  "until [ -s service/trace ]; do sleep 0.02; done",
  "kill -KILL $r; wait $r || :",
  '$as "$0" service 2>second & r=$!',
  "printf x >service/supervise/control",
  "wait $r",
].join("\n");

describe("runsv: in the place of one that was killed", { concurrency: 2, ...ADOPTION }, () => {
  const proc = (options: string) => `mount -t proc -o ${options} proc /proc`;
  const none = "mount -t tmpfs tmpfs /proc";
  for (const [where, mount, as] of [
    ["where /proc hides other users' processes, not as root", proc("hidepid=2"), NOBODY],
    ["where /proc hides other users' processes", proc("hidepid=2"), ""],
    ["where /proc has nothing but processes", proc("subset=pid"), ""],
    ["where /proc has nothing but processes, not as root", proc("subset=pid"), NOBODY],
    ["where /proc has nothing but one's own", proc("hidepid=2,subset=pid"), NOBODY],
    ["without /proc", none, ""],
    ["without /proc, not as root", none, NOBODY],
    ["where /proc is another PID namespace's", ":", ""],
    ["where /proc hides others and there is no pidfd", proc("hidepid=2"), `${NO_PIDFD} ${NOBODY}`],
    ["where /proc has nothing but processes and there is no pidfd", proc("subset=pid"), NO_PIDFD],
  ] as const) {
    test(`a new runsv goes on with the same process ${where}`, async (t) => {
      const box = sandbox(t);
      const dir = join(box.dir, "service");
      makeService(dir, { run: `echo start >>trace; ${FOREVER}` });
      if (as.includes(NOBODY)) await run(box, ["chown", "-R", "65534", box.dir]);
      const script = `${mount} || exit 77\nas="${as}"\n${KILLED_AND_REPLACED}`;
      const { code } = await run(box, [...NAMESPACE, script, tool(ours, "runsv")]);
      if (code === 77) return t.skip("the kernel has no such mount");
      const said = readFileSync(join(box.dir, "second"), "utf8");
      assert.equal(code, 0, said);
      assert.equal(said, "");
      assert.deepEqual(new ServiceDirectory(dir).lines(), ["start"]);
    });
  }

  test("a new runsv goes on with a process of another PID namespace", async (t) => {
    // As process 1 of its namespace it has to take TERM by itself.
    const daemon = "trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done";
    const service = supervise(t, { run: daemon }, { via: ["unshare", "--pid"] });
    const { pid } = await service.untilRunning();
    await service.untilSupervised();
    service.runsv.signal("SIGKILL");
    await service.runsv.exit();
    const next = service.another();
    await next.untilSupervised();
    assert.equal(next.status().pid, pid);
    next.control("x");
    assert.equal(await next.exitCode(), 0);
    assert.ok(!isAlive(pid));
    assert.equal(service.stderr + next.stderr, "");
  });
});

test(
  "runsv: writes a record that could not be written as soon as there is room",
  ADOPTION,
  async (t) => {
    const full = "mkdir service/supervise; mount -t tmpfs -o nr_inodes=10 tmpfs service/supervise";
    const via = ["unshare", "--mount", "sh", "-ec", `${full}\nexec "$@"`, "sh"];
    const service = supervise(t, { run: FOREVER, down: true }, { via });
    const root = () => join(`/proc/${service.runsv.pid}/root`, service.dir);
    const inside = new ServiceDirectory(root(), () => service.stderr);
    await inside.untilSupervised();
    const filler = (n: number) => inside.path(`supervise/filler${n}`);
    let count = 0;
    assert.throws(() => {
      for (;;) writeFileSync(filler(count++), "");
    });
    inside.control("u");
    const { pid } = await inside.untilRunning();
    await service.untilMessage("unable to write supervise/adopt: out of disk space");
    for (let n = 0; n < count; n++) rmSync(filler(n), { force: true });
    const recorded = new RegExp(`"pid":${pid},`);
    await inside.untilTrue("record", () => recorded.test(inside.text("supervise/adopt")));
  },
);

testBothWays(
  "runsvdir: warns once if processes cannot be told apart, and supervises all the same",
  ADOPTION,
  async (t, start) => {
    const blind = [
      "unshare",
      "--mount",
      "sh",
      "-ec",
      'mount -t tmpfs tmpfs /proc; exec "$@"',
      "sh",
    ];
    const services = { web: { run: FOREVER }, db: { run: FOREVER } };
    const scanner = start(t, services, { via: [...blind, ...REFUSING] });
    for (const name of ["web", "db"]) await scanner.service(name).untilRunning();
    assert.equal(
      scanner.stderr,
      "runsvdir services: warning: unable to tell processes apart without /proc: no process will be taken over\n",
    );
  },
);
