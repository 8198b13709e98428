/** Sandboxes refuse system calls, by a seccomp filter. The suite works without each of these. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hold, untilAsked } from "../support/lease.ts";
import { children, environ, isAlive } from "../support/procfs.ts";
import { refusing } from "../support/refuse.ts";
import { run } from "../support/run.ts";
import { type Cleanup, sendSignal } from "../support/sandbox.ts";
import { scan, scanDense } from "../support/scan.ts";
import { improved, ours, type Tool, tool } from "../support/suite.ts";
import { supervise } from "../support/supervise.ts";

const CALLS = [
  "signalfd4",
  "pidfd_open",
  "pidfd_send_signal",
  "close_range",
  "unshare",
  "inotify_init1",
  "PR_SET_NAME",
  "PR_SET_MM",
  "PR_SET_CHILD_SUBREAPER",
  "PR_SET_PDEATHSIG",
];
/** The calls that are refused together; the errno is the filter's choice. */
const SANDBOXES = [
  ...CALLS.map((call) => refusing("EPERM", call)),
  refusing("EPERM", "signalfd4", "close_range", "unshare"),
  refusing("EPERM", ...CALLS),
  refusing("ENOSYS", ...CALLS),
  refusing("EACCES", ...CALLS),
];
const WATCH_WARNING = /^runsvdir services: warning: unable to watch directory services: .*\n$/;
const WEB = {
  run: "exec 2>&1; echo hello; exec chpst -n1 sleep 1000",
  finish: "echo finished",
  log: { run: "exec svlogd main", files: { main: { directory: true } as const } },
};
const options = {
  concurrency: 2,
  skip: process.platform !== "linux" && "no seccomp",
};

const called = ([, errno, ...calls]: readonly string[]): string =>
  `errno ${errno} for ${calls.slice(0, -1).join(", ")}`;

async function lives(t: Cleanup, via: readonly string[], start: typeof scan): Promise<void> {
  const scanner = start(t, { web: WEB }, { via });
  const web = scanner.service("web");
  const sv = async (...words: readonly string[]) =>
    (await run(scanner.box, [...via, tool(ours, "sv"), "-w60", ...words, web.dir])).code;
  await web.log.untilLines(1, "main/current");
  const { pid } = await web.untilRunning();
  assert.equal(await sv("status"), 0);
  assert.equal(await sv("restart"), 0);
  const restarted = await web.untilRunning(pid);
  await web.log.untilLines(3, "main/current");
  sendSignal(restarted.pid, "SIGKILL");
  await web.log.untilLines(5, "main/current");
  scanner.runsvdir.signal("SIGHUP");
  assert.deepEqual(await scanner.runsvdir.exit(), { code: 111, signal: null });
  await scanner.until("end of all", () =>
    scanner.box.processes().length === 0 ? true : undefined,
  );
  assert.deepEqual(web.log.lines("main/current"), [
    ...["hello", "finished", "hello", "finished", "hello", "finished"],
  ]);
  const mayWatch = !via.includes("inotify_init1");
  assert.match(scanner.stderr, mayWatch ? /^$/ : WATCH_WARNING);
}

describe("in a sandbox that refuses calls", options, () => {
  for (const via of SANDBOXES) {
    test(`a tree lives and ends: ${called(via)}`, (t) => lives(t, via, scan));
    test(`a tree lives and ends: ${called(via)}; --dense`, improved("dense"), (t) =>
      lives(t, via, scanDense),
    );
  }

  test(
    "a runsv that is killed is followed by one that takes over",
    improved("adoption"),
    async (t) => {
      const scanner = scan(t, { web: WEB }, { via: refusing("EPERM", ...CALLS) });
      const web = scanner.service("web");
      const { pid } = await web.untilRunning();
      const runsv = await scanner.untilRunsv("web");
      sendSignal(runsv, "SIGKILL");
      await scanner.untilRunsv("web", runsv);
      await web.untilSupervised();
      assert.equal(web.status().pid, pid);
      assert.ok(isAlive(pid));
    },
  );

  test("USR2 has a tree go over to another executable", improved("upgrade"), async (t) => {
    const scanner = scan(t, { web: WEB }, { via: refusing("ENOSYS", ...CALLS) });
    const web = scanner.service("web");
    const { pid } = await web.untilRunning();
    await web.log.untilRunning();
    const before = children(scanner.runsvdir.pid);
    scanner.runsvdir.signal("SIGUSR2");
    await scanner.until("new programs", () =>
      environ(scanner.runsvdir.pid).some((entry) => entry.startsWith("RUNITS_HANDOVER="))
        ? true
        : undefined,
    );
    await web.untilSupervised();
    web.control("t");
    await web.untilRunning(pid);
    assert.deepEqual(children(scanner.runsvdir.pid), before);
  });

  test("a signal for a process that is not executed yet is not its supervisor's", async (t) => {
    const via = refusing("ENOSYS", "signalfd4");
    const service = supervise(t, { run: "exec sleep 1000", down: true }, { via });
    await service.untilSupervised();
    const holder = await hold(service.box, service.path("run"));
    service.control("u");
    await untilAsked(holder);
    service.control("d");
    // Its state was never published: before it was "down", too.
    await service.untilTrue("its end", () => children(service.runsv.pid).length === 0);
    sendSignal(holder.pid, "SIGKILL");
    service.control("u");
    await service.untilRunning();
    service.runsv.signal("SIGTERM");
    assert.deepEqual(await service.runsv.exit(), { code: 0, signal: null });
    assert.equal(service.stderr, "");
  });

  for (const [name, words, code] of [
    ["runsv", ["nowhere"], 111],
    ["runsvdir", [], 1],
    ["sv", ["status", "./nowhere"], 1],
  ] as const satisfies readonly (readonly [Tool, readonly string[], number])[]) {
    test(`${name} fails as it does elsewhere`, async (t) => {
      const { box } = supervise(t, { run: "exec sleep 1000" });
      const program = tool(ours, name);
      const outcome = await run(box, [...refusing("EPERM", ...CALLS), program, ...words]);
      assert.deepEqual(outcome, await run(box, [program, ...words]));
      assert.equal(outcome.code, code);
    });
  }
});
