/**
 * runsv, as a whole: the real binary, real processes, real fifos. What is asked is asked through
 * what the manual promises: the files in supervise/, the control fifo, ./finish and its arguments,
 * messages and exit codes. `RUNITS_BIN=/usr/bin` asks the original.
 */
import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import {
  children,
  cwd,
  environ,
  isAlive,
  kinship,
  openFiles,
  statusLines,
} from "../support/procfs.ts";
import { refusing } from "../support/refuse.ts";
import { run, runTool } from "../support/run.ts";
import { sandbox, sendSignal } from "../support/sandbox.ts";
import { FOREVER, REPORTER, ServiceDirectory, STUBBORN } from "../support/service.ts";
import { improved, originalInPlace, ours } from "../support/suite.ts";
import { type Supervised, supervise } from "../support/supervise.ts";
import { DEADLINE_MS, eventually, unchanged } from "../support/wait.ts";

const QUIET_MS = 300;
/** For tests that mount, set immutable flags or change user. */
const asRoot: { readonly skip: string | false } = {
  skip: process.getuid?.() !== 0 && "needs root",
};
const both = (...options: readonly { readonly skip: string | false }[]) =>
  options.find(({ skip }) => skip !== false) ?? { skip: false };
/** Starts the tool in a mount namespace of its own, after `commands`. */
const mounted = (commands: string) =>
  ["unshare", "--mount", "sh", "-ec", `${commands}\nexec "$@"`, "sh"] as const;

/** "And then nothing happens." */
const rest = (service: Supervised) =>
  unchanged(() => [service.tell(), service.pidFile()].join(), QUIET_MS);
const sinceMs = ({ since }: { since: { seconds: number; nanoseconds: number } }) =>
  since.seconds * 1000 + since.nanoseconds / 1e6;

describe("runsv: the life of a service", { concurrency: 4 }, () => {
  test("starts ./run and says so in the status record", async (t) => {
    const beforeMs = Date.now() - 1;
    const service = supervise(t, { run: FOREVER });
    const status = await service.untilRunning();
    assert.deepEqual(
      { ...status, since: 0, pid: 0 },
      { phase: "run", since: 0, pid: 0, want: "up", paused: false, termSent: false },
    );
    assert.ok(isAlive(status.pid), "the recorded pid is alive");
    assert.ok(sinceMs(status) >= beforeMs && sinceMs(status) <= Date.now() + 1, "dated now");
  });

  test("says 'run' in supervise/stat and the pid in supervise/pid", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    assert.equal(service.text("supervise/stat"), "run\n");
    assert.equal(service.pidFile(), `${pid}\n`);
  });

  test("empties supervise/pid while nothing runs", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    service.control("d");
    await service.untilStat("down");
    assert.equal(service.pidFile(), "");
  });

  test("leaves a service with ./down alone until it is told 'u'", async (t) => {
    const service = supervise(t, { run: FOREVER, down: true });
    await service.until("rest", ({ phase, want }) => phase === "down" && want === "down");
    service.control("u");
    await service.until("running service", ({ phase, want }) => phase === "run" && want === "up");
  });

  test("takes a dangling link ./down for no ./down", async (t) => {
    const service = supervise(t, { run: FOREVER, files: { down: { link: "nowhere" } } });
    await service.untilRunning();
  });

  test("looks for ./down once, when it starts", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    writeFileSync(service.path("down"), "");
    sendSignal(pid, "SIGKILL");
    await service.untilRunning(pid);
  });

  test("starts the service again when it is killed", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    sendSignal(pid, "SIGKILL");
    const next = await service.untilRunning(pid);
    assert.ok(isAlive(next.pid));
  });

  test("gives a service that dies at once a second of rest between starts", async (t) => {
    const service = supervise(t, { run: "date +%s%N >>trace" });
    const starts = (await service.untilLines(3)).map((ns) => Number(ns) / 1e6);
    const [first = 0, second = 0, third = 0] = starts;
    for (const restMs of [second - first, third - second]) {
      assert.ok(restMs >= 990, `rested ${restMs} ms`); // 990: two processes read the clock
    }
  });

  test("starts a service at once that has run for longer than a second", async (t) => {
    const service = supervise(t, { run: "date +%s%N >>trace; exec sleep 1.1" });
    const [first = 0, second = 0] = (await service.untilLines(2)).map((ns) => Number(ns) / 1e6);
    assert.ok(second - first < 2_000, `next start after ${second - first} ms`);
  });

  test("keeps the service's state 'down, want up' while it rests", async (t) => {
    const service = supervise(t, { run: "exit 1" });
    const status = await service.until("rest", ({ phase, pid }) => phase === "down" && pid === 0);
    assert.equal(status.want, "up");
  });

  test("told 'x', ends the service, then itself with 0", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    assert.ok(!isAlive(pid));
    assert.equal(service.stat(), "down");
    assert.equal(service.status().want, "down");
  });

  test("given TERM, does as told 'x'", async (t) => {
    const service = supervise(t, { run: REPORTER });
    await service.untilLines(1);
    service.runsv.signal("SIGTERM");
    assert.equal(await service.exitCode(), 0);
    assert.deepEqual(service.lines().slice(0, 2), ["start", "TERM"]);
  });

  test("told 'x' while the service is down, ends at once", async (t) => {
    const service = supervise(t, { run: FOREVER, down: true });
    await service.untilStat("down");
    await service.untilTrue("supervisor", () => service.isSupervised());
    service.control("x");
    assert.equal(await service.exitCode(), 0);
  });

  test("told 'x' while the service rests, ends without another start", async (t) => {
    const service = supervise(t, { run: "echo start >>trace" });
    await service.until(
      "rest",
      ({ phase, pid }) => phase === "down" && pid === 0 && service.lines().length === 1,
    );
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    assert.deepEqual(service.lines(), ["start"]);
  });

  test("says 'want exit' in supervise/stat while the service does not end", async (t) => {
    const service = supervise(t, { run: STUBBORN });
    await service.untilLines(1);
    service.control("x");
    const status = await service.untilStat("run, got TERM, want exit");
    assert.equal(status.want, "down", "the record knows up and down only");
    assert.equal(status.termSent, true);
  });

  test("told 'u', forgets that it was told 'x'", async (t) => {
    const service = supervise(t, { run: STUBBORN });
    await service.untilLines(1);
    service.control("x");
    const { pid } = await service.untilStat("run, got TERM, want exit");
    service.control("u");
    await service.untilStat("run, got TERM");
    service.control("k");
    await service.untilRunning(pid);
  });

  test("runs a service once that is told 'o'", async (t) => {
    const service = supervise(t, {
      run: "echo start >>trace; while [ ! -e go ]; do sleep .02; done",
      down: true,
    });
    await service.untilStat("down");
    await service.untilTrue("supervisor", () => service.isSupervised());
    service.control("o");
    await service.untilStat("run, want down");
    writeFileSync(service.path("go"), "");
    await service.untilStat("down");
    await rest(service);
    assert.deepEqual(service.lines(), ["start"]);
  });

  test("told 'o' of a running service, does not start it again", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    service.control("o");
    await service.untilStat("run, want down");
    sendSignal(pid, "SIGKILL");
    await service.untilStat("down");
    await rest(service);
    assert.equal(service.stat(), "down");
  });

  test("passes its environment and its descriptors on, and none of its own", async (t) => {
    const service = supervise(t, { run: FOREVER }, { env: { GREETING: "hello  world" } });
    const { pid } = await service.untilRunning();
    const asStarted = service.box.start(["sleep", "1000"]).pid;
    const isSleep = (of: number) => statusLines(of).get("Name") === "sleep";
    await service.untilTrue("exec of sleep", () => isSleep(pid) && isSleep(asStarted));
    assert.ok(environ(pid).includes("GREETING=hello  world"));
    assert.deepEqual([...openFiles(pid).keys()], [...openFiles(asStarted).keys()]);
    for (const [fd, { target }] of openFiles(pid)) {
      assert.equal(target, openFiles(service.runsv.pid).get(fd)?.target, `descriptor ${fd}`);
    }
  });

  test("keeps no directory busy but its service's", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    assert.equal(cwd(service.runsv.pid), service.dir);
    const held = [...openFiles(service.runsv.pid).values()].map(({ target }) => target);
    const others = held.filter((path) => path.startsWith("/") && !path.startsWith("/dev/"));
    assert.deepEqual(
      others.filter((path) => path !== service.dir && !path.startsWith(`${service.dir}/`)),
      [],
    );
  });

  test("writes nothing to standard output", async (t) => {
    const service = supervise(t, { run: "exit 1" });
    await service.until("rest", ({ phase }) => phase === "down");
    service.control("x");
    await service.exitCode();
    assert.equal(service.runsv.stdout(), "");
  });
});

describe("runsv: ./finish", { concurrency: 4 }, () => {
  const ENDS = [
    ["exit 0", "0 0"],
    ["exit 3", "3 0"],
    ["exit 255", "255 0"],
    ["kill -TERM $$", "-1 15"],
    ["kill -KILL $$", "-1 9"],
    ["ulimit -c 0; kill -SEGV $$", "-1 11"],
  ] as const;
  for (const [end, args] of ENDS) {
    test(`is told "${args}" when ./run ends by: ${end}`, async (t) => {
      const service = supervise(t, { run: end, finish: 'echo "$@" >>trace; exec sleep 1000' });
      await service.until("finish", ({ phase, pid }) => phase === "finish" && pid !== 0);
      assert.deepEqual(await service.untilLines(1), [args]);
    });
  }

  test('is told "111 0" when there is no ./run', async (t) => {
    const service = supervise(t, { finish: 'echo "$@" >>trace; exec sleep 1000' });
    assert.deepEqual(await service.untilLines(1), ["111 0"]);
  });

  test('is told "-1 139" when ./run ends by SEGV and dumps core', async (t) => {
    const run = "ulimit -c unlimited || exit 1; kill -SEGV $$";
    const service = supervise(t, { run, finish: 'echo "$@" >>trace; exec sleep 1000' });
    const [args] = await service.untilLines(1);
    if (args === "1 0" || args === "-1 11") return t.skip("no core dumps here");
    assert.equal(args, "-1 139");
  });

  test("keeps the time at which ./run was started in the record", async (t) => {
    const service = supervise(t, { run: "while [ ! -e go ]; do sleep .02; done", finish: FOREVER });
    const before = await service.untilRunning();
    writeFileSync(service.path("go"), "");
    const after = await service.until("finish", (s) => s.phase === "finish" && s.pid !== 0);
    assert.deepEqual(after.since, before.since);
    assert.equal(service.pidFile(), `${after.pid}\n`);
  });

  test("is run in the service directory, before the next start", async (t) => {
    const service = supervise(t, { run: "echo run >>trace", finish: "echo finish $PWD >>trace" });
    const lines = await service.untilLines(3);
    assert.deepEqual(lines.slice(0, 3), ["run", `finish ${service.dir}`, "run"]);
  });

  test("completes after 'd' and 'x', before the service counts as down", async (t) => {
    const finish = "echo finish >>trace; while [ ! -e go ]; do sleep .02; done; echo done >>trace";
    const service = supervise(t, { run: FOREVER, finish });
    await service.untilRunning();
    service.control("x");
    await service.untilStat("finish, want exit");
    await service.untilLines(1);
    await rest(service);
    assert.equal(service.stat(), "finish, want exit");
    writeFileSync(service.path("go"), "");
    assert.equal(await service.exitCode(), 0);
    assert.deepEqual(service.lines(), ["finish", "done"]);
  });

  test("is looked for each time that ./run ends", async (t) => {
    const service = supervise(t, { run: "echo run >>trace; exec sleep 1000" });
    const { pid } = await service.untilRunning();
    await service.untilLines(1);
    writeFileSync(service.path("finish"), "#!/bin/sh\necho finish >>trace\n", { mode: 0o755 });
    sendSignal(pid, "SIGKILL");
    assert.deepEqual((await service.untilLines(3)).slice(1), ["finish", "run"]);
  });

  test("that cannot be executed is complained about, and the service started again", async (t) => {
    const finish = { text: "#!/bin/sh\n", mode: 0o644 };
    const service = supervise(t, { run: "echo run >>trace", finish });
    await service.untilLines(2);
    await service.untilSaid("runsv service: fatal: unable to start ./finish: access denied");
  });

  test("that is a directory is complained about, and the service started again", async (t) => {
    const service = supervise(t, { run: "echo run >>trace", finish: { directory: true } });
    await service.untilLines(2);
    await service.untilSaid("runsv service: fatal: unable to start ./finish: access denied");
  });

  test("killed by 'k', is not run again", improved("kill-in-finish"), async (t) => {
    const service = supervise(t, { run: FOREVER, finish: "echo finish >>trace; exec sleep 1000" });
    await service.untilRunning();
    service.control("d");
    await service.untilLines(1);
    const { pid } = await service.until("finish", (s) => s.phase === "finish" && s.pid !== 0);
    service.control("k");
    await service.untilStat("down");
    await rest(service);
    assert.ok(!isAlive(pid), "the finish process is gone");
    assert.deepEqual(service.lines(), ["finish"]);
  });

  test(
    "killed by 'k' while the service is wanted up, is followed by ./run",
    improved("kill-in-finish"),
    async (t) => {
      const service = supervise(t, {
        run: "echo run >>trace",
        finish: "echo finish >>trace; exec sleep 1000",
      });
      await service.untilLines(2);
      service.control("k");
      assert.deepEqual((await service.untilLines(4)).slice(0, 4), [
        "run",
        "finish",
        "run",
        "finish",
      ]);
    },
  );

  test("killed from outside, ends as any other", async (t) => {
    const service = supervise(t, { run: FOREVER, finish: "echo finish >>trace; exec sleep 1000" });
    await service.untilRunning();
    service.control("d");
    await service.untilLines(1);
    const { pid } = await service.until("finish", (s) => s.phase === "finish" && s.pid !== 0);
    sendSignal(pid, "SIGKILL");
    await service.untilStat("down");
    assert.deepEqual(service.lines(), ["finish"]);
  });
});

describe("runsv: commands", { concurrency: 4 }, () => {
  const SIGNALS = [
    ["h", "HUP"],
    ["a", "ALRM"],
    ["i", "INT"],
    ["q", "QUIT"],
    ["1", "USR1"],
    ["2", "USR2"],
    ["t", "TERM"],
  ] as const;
  for (const [byte, signal] of SIGNALS) {
    test(`'${byte}' sends ${signal}`, async (t) => {
      const service = supervise(t, { run: REPORTER });
      await service.untilLines(1);
      service.control(byte);
      assert.equal((await service.untilLines(2))[1], signal);
    });
  }

  test("'k' sends KILL, and the service is started again", async (t) => {
    const service = supervise(t, { run: STUBBORN, finish: 'echo "$@" >>trace' });
    const { pid } = await service.untilRunning();
    await service.untilLines(1);
    service.control("k");
    await service.untilRunning(pid);
    assert.equal((await service.untilLines(2))[1], "-1 9");
  });

  test("'t' sets 'got TERM' until the process is gone", async (t) => {
    const service = supervise(t, { run: STUBBORN });
    const { pid } = await service.untilRunning();
    await service.untilLines(1);
    service.control("t");
    assert.equal((await service.untilStat("run, got TERM")).termSent, true);
    service.control("k");
    assert.equal((await service.untilRunning(pid)).termSent, false);
  });

  test("'p' stops the service, 'c' lets it go on", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    service.control("p");
    await service.untilStat("run, paused");
    await service.untilTrue("stopped process", () => kinship(pid)?.state === "T");
    service.control("c");
    await service.untilStat("run");
    await service.untilTrue("process that goes on", () => kinship(pid)?.state === "S");
  });

  test("'d' ends a paused service too", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    service.control("p");
    await service.untilStat("run, paused");
    service.control("d");
    await service.until("service down", ({ phase, pid }) => phase === "down" && pid === 0);
  });

  test("'t' ends a paused service only after 'c'", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    service.control("p");
    await service.untilStat("run, paused");
    service.control("t");
    await service.untilStat("run, paused, got TERM");
    await rest(service);
    assert.equal(service.status().pid, pid);
    service.control("c");
    await service.untilRunning(pid);
  });

  test("'d' leaves the service down until 'u'", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    service.control("d");
    const down = await service.untilStat("down");
    assert.equal(down.want, "down");
    assert.ok(!isAlive(pid));
    service.control("u");
    await service.untilRunning(pid);
  });

  test("'d' shows as 'want down' while the service does not end", async (t) => {
    const service = supervise(t, { run: STUBBORN });
    await service.untilLines(1);
    service.control("d");
    await service.untilStat("run, got TERM, want down");
  });

  test("takes several bytes at once, in their order", async (t) => {
    const control = Object.fromEntries(
      ["h", "i", "1", "2", "q"].map((byte) => [byte, `echo ${byte} >>trace`]),
    );
    const service = supervise(t, { run: FOREVER, control });
    await service.untilRunning();
    service.control("h1i2q");
    assert.deepEqual(await service.untilLines(5), ["h", "1", "i", "2", "q"]);
  });

  test("takes a thousand bytes at once", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    service.control(`${"\n".repeat(500)}${"pc".repeat(250)}p`);
    assert.equal((await service.untilStat("run, paused")).pid, pid);
    await rest(service);
    assert.equal(service.stat(), "run, paused");
  });

  test("ignores bytes that are no commands", async (t) => {
    const service = supervise(t, { run: REPORTER });
    const { pid } = await service.untilRunning();
    await service.untilLines(1);
    service.control("\n\0?zZTKDUX\xff");
    service.control("h");
    await service.untilLines(2);
    assert.deepEqual(service.lines(), ["start", "HUP"]);
    assert.equal(service.status().pid, pid);
    assert.equal(service.stderr, "");
  });

  test("'tcu' starts the service again", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    service.control("tcu");
    await service.untilRunning(pid);
  });

  test(
    "ends its service when it gets INT or HUP, as with TERM",
    improved("signals-end-service"),
    async (t) => {
      for (const signal of ["SIGINT", "SIGHUP"] as const) {
        const service = supervise(t, { run: REPORTER, finish: 'echo "finish $@" >>trace' });
        const { pid } = await service.untilRunning();
        await service.untilLines(1);
        service.runsv.signal(signal);
        assert.equal(await service.exitCode(), 0, signal);
        assert.ok(!isAlive(pid));
        assert.equal(service.lines()[1], "TERM");
        assert.equal(service.lines().at(-1), "finish 0 0");
      }
    },
  );

  test("does not mind a HUP that it was started to ignore", async (t) => {
    const via = ["sh", "-c", "trap '' HUP; exec \"$@\"", "sh"];
    const service = supervise(t, { run: FOREVER }, { via });
    const { pid } = await service.untilRunning();
    service.runsv.signal("SIGHUP");
    service.control("p");
    assert.equal((await service.untilStat("run, paused")).pid, pid);
  });

  test(
    "'p' and 'c' change nothing while the service is down",
    improved("pause-flag"),
    async (t) => {
      const service = supervise(t, { run: FOREVER, down: true });
      await service.untilTrue("supervisor", () => service.isSupervised());
      service.control("p");
      await rest(service);
      assert.equal(service.stat(), "down");
      assert.equal(service.status().paused, false);
    },
  );

  test("'p' and 'c' change nothing while ./finish runs", improved("pause-flag"), async (t) => {
    const service = supervise(t, { run: "exit 0", finish: FOREVER });
    await service.untilStat("finish");
    service.control("p");
    await rest(service);
    assert.equal(service.stat(), "finish");
  });

  test("answers commands while the service rests", improved("throttle-answers"), async (t) => {
    const service = supervise(t, { run: "exit 1" });
    // One of twenty: before the first start a service is down, too, and a busy machine may keep us from
    // looking in time.
    for (let round = 0; round < 20; round++) {
      const { since } = await service.until("rest", (s) => s.phase === "down" && s.want === "up");
      service.control("d");
      const down = await service.until("want down", ({ want }) => want === "down");
      const sameRest = sinceMs(down) === sinceMs({ since });
      if (sameRest && Date.now() - sinceMs({ since }) < 700) return;
      service.control("u");
      await service.until("start", (s) => s.want === "up" && sinceMs(s) > sinceMs({ since }));
    }
    assert.fail("'d' was never answered within 700 ms of the service's end");
  });

  test(
    "starts a young service at once again that is told 't'",
    improved("restart-on-request"),
    async (t) => {
      const service = supervise(t, { run: FOREVER });
      let before = await service.untilRunning();
      for (let round = 0; round < 20; round++) {
        service.control("t");
        const after = await service.untilRunning(before.pid);
        if (sinceMs(after) - sinceMs(before) < 700) return;
        before = after;
      }
      assert.fail("never restarted within 700 ms");
    },
  );

  test("rests after a young service's own end, even if it was told 't' before", async (t) => {
    const service = supervise(t, {
      run: "echo $(date +%s%N) >>trace; [ -e calm ] && exec sleep 1000; exit 1",
    });
    const [first = 0, second = 0] = (await service.untilLines(2)).map((ns) => Number(ns) / 1e6);
    assert.ok(second - first >= 990);
    service.control("t");
    const [, , third = 0, fourth = 0] = (await service.untilLines(4)).map((ns) => Number(ns) / 1e6);
    assert.ok(fourth - third >= 990);
  });
});

describe("runsv: control scripts", { concurrency: 4 }, () => {
  test("control/t that exits 0 takes the place of TERM", async (t) => {
    const service = supervise(t, { run: REPORTER, control: { t: "echo script >>trace" } });
    const { pid } = await service.untilRunning();
    await service.untilLines(1);
    service.control("t");
    await service.untilLines(2);
    await rest(service);
    assert.deepEqual(service.lines(), ["start", "script"]);
    assert.equal(service.status().pid, pid);
    assert.equal(service.stat(), "run");
  });

  test("control/t that exits otherwise is followed by TERM", async (t) => {
    const service = supervise(t, { run: REPORTER, control: { t: "echo script >>trace; exit 1" } });
    await service.untilLines(1);
    service.control("t");
    assert.deepEqual((await service.untilLines(3)).slice(0, 3), ["start", "script", "TERM"]);
  });

  test("that are not executable by their owner do not count", async (t) => {
    const control = { h: { text: "#!/bin/sh\necho script >>trace\n", mode: 0o655 } };
    const service = supervise(t, { run: REPORTER, control });
    await service.untilLines(1);
    service.control("h");
    assert.deepEqual(await service.untilLines(2), ["start", "HUP"]);
  });

  test("control/u runs before each start, whatever it exits with", async (t) => {
    const control = { u: "echo u >>trace; exit 1" };
    const service = supervise(t, { run: "echo run >>trace; exec sleep 1000", control });
    const { pid } = await service.untilRunning();
    await service.untilLines(2);
    sendSignal(pid, "SIGKILL");
    assert.deepEqual(await service.untilLines(4), ["u", "run", "u", "run"]);
  });

  test("'d' runs control/t, then control/d, in the service directory", async (t) => {
    const control = { t: "echo t >>trace; exit 1", d: "echo d $PWD >>trace; exit 1" };
    const service = supervise(t, { run: REPORTER, control });
    await service.untilLines(1);
    service.control("d");
    await service.untilStat("down");
    const scripts = (await service.untilLines(4)).filter((line) => /^[td]\b/.test(line));
    assert.deepEqual(scripts, ["t", `d ${service.dir}`]);
  });

  test("'x' runs control/t, then control/x", async (t) => {
    const control = { t: "echo t >>trace; exit 1", x: "echo x >>trace", d: "echo d >>trace" };
    const service = supervise(t, { run: REPORTER, control });
    await service.untilLines(1);
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    assert.deepEqual(
      service.lines().filter((line) => /^[a-z]$/.test(line)),
      ["t", "x"],
    );
  });

  test("control/p and control/c that exit 0 take the place of the signals, not of the flag", async (t) => {
    const control = { p: "echo p >>trace", c: "echo c >>trace" };
    const service = supervise(t, { run: FOREVER, control });
    const { pid } = await service.untilRunning();
    service.control("p");
    await service.untilStat("run, paused");
    assert.deepEqual(service.lines(), ["p"]);
    assert.notEqual(kinship(pid)?.state, "T");
    service.control("c");
    await service.untilStat("run");
    assert.deepEqual(service.lines(), ["p", "c"]);
  });

  test("that cannot be executed are complained about, and the signal is sent", async (t) => {
    const control = { h: { text: "#!/no/interpreter\n", mode: 0o755 } };
    const service = supervise(t, { run: REPORTER, control });
    await service.untilLines(1);
    service.control("h");
    assert.deepEqual(await service.untilLines(2), ["start", "HUP"]);
    await service.untilSaid("runsv service: fatal: unable to run control/?: ");
  });

  test("are not used for the log service", async (t) => {
    const log = { run: "exec cat >/dev/null", control: { t: "echo script >>../trace" } };
    const service = supervise(t, { run: FOREVER, log });
    const { pid } = await service.log.untilRunning();
    service.log.control("t");
    await service.log.untilRunning(pid);
    assert.deepEqual(service.lines(), []);
  });

  test("write to the log, as the service does", async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      control: { h: "echo from script" },
      log: { run: "exec cat >>../trace" },
    });
    await service.untilRunning();
    service.control("h");
    assert.deepEqual(await service.untilLines(1), ["from script"]);
  });

  test(
    "that hang do not keep runsv from answering",
    improved("control-scripts-async"),
    async (t) => {
      const control = { t: "echo $$ >>trace; exec sleep 1000" };
      const service = supervise(t, { run: FOREVER, control });
      const { pid } = await service.untilRunning();
      service.control("t");
      const [script] = await service.untilLines(1);
      service.control("d");
      await service.until("want down", ({ want }) => want === "down");
      assert.equal(service.status().pid, pid, "the service is not ended before its script is");
      service.control("k");
      await service.untilStat("down");
      await service.untilTrue("end of the hanging script", () => !isAlive(Number(script)));
      assert.ok(!isAlive(pid));
    },
  );

  test(
    "that hang do not keep runsv from ending by 'x' and 'k'",
    improved("control-scripts-async"),
    async (t) => {
      const control = { t: "echo $$ >>trace; exec sleep 1000" };
      const service = supervise(t, { run: FOREVER, control });
      await service.untilRunning();
      service.control("t");
      await service.untilLines(1);
      service.control("xk");
      assert.equal(await service.exitCode(), 0);
    },
  );

  test(
    "that hang do not keep runsv from collecting its service",
    improved("control-scripts-async"),
    async (t) => {
      const control = { h: "echo script >>trace; exec sleep 1000" };
      const service = supervise(t, { run: FOREVER, control });
      const { pid } = await service.untilRunning();
      service.control("h");
      await service.untilLines(1);
      sendSignal(pid, "SIGKILL");
      await service.untilRunning(pid);
    },
  );

  test(
    "control/u that hangs does not keep runsv from answering",
    improved("control-scripts-async"),
    async (t) => {
      const control = { u: "echo $$ >>trace; exec sleep 1000" };
      const service = supervise(t, { run: FOREVER, control });
      const [script] = await service.untilLines(1);
      service.control("d");
      await service.until("want down", ({ want }) => want === "down");
      service.control("kx");
      assert.equal(await service.exitCode(), 0);
      assert.ok(!isAlive(Number(script)));
    },
  );

  test("that run long delay the commands behind them, and keep their order", async (t) => {
    const wait = "while [ ! -e go ]; do sleep .02; done";
    const control = {
      t: `echo t >>trace; ${wait}; echo done >>trace`,
      h: "echo h >>trace",
      "1": "echo 1 >>trace",
      "2": "echo 2 >>trace",
    };
    const service = supervise(t, { run: FOREVER, control });
    await service.untilRunning();
    service.control("t");
    await service.untilLines(1);
    service.control("h1");
    service.control("2h");
    await rest(service);
    assert.deepEqual(service.lines(), ["t"]);
    writeFileSync(service.path("go"), "");
    assert.deepEqual(await service.untilLines(6), ["t", "done", "h", "1", "2", "h"]);
  });

  test("killed by a signal are no veto", improved("control-script-killed"), async (t) => {
    const control = { h: "echo script >>trace; kill -KILL $$" };
    const service = supervise(t, { run: REPORTER, control });
    await service.untilLines(1);
    service.control("h");
    assert.deepEqual(await service.untilLines(3), ["start", "script", "HUP"]);
  });

  test("run with no signal blocked", improved("control-script-signals"), async (t) => {
    const control = {
      // exec: a shell unblocks signals in the children that it forks.
      h: "exec grep -E '^Sig(Blk|Ign)' /proc/self/status >>trace",
    };
    const service = supervise(t, { run: FOREVER, control });
    await service.untilRunning();
    service.control("h");
    assert.deepEqual(await service.untilLines(2), [
      "SigBlk:\t0000000000000000",
      "SigIgn:\t0000000000000000",
    ]);
  });

  test("control/k that exits 0 leaves the service running", improved("kill-veto"), async (t) => {
    const service = supervise(t, { run: FOREVER, control: { k: "echo k >>trace" } });
    const { pid } = await service.untilRunning();
    service.control("k");
    await service.untilLines(1);
    service.control("up");
    assert.equal((await service.untilStat("run, paused")).pid, pid);
    await rest(service);
    assert.equal(service.status().pid, pid);
    assert.deepEqual(service.lines(), ["k"]);
  });
});

describe("runsv: the log service", { concurrency: 4 }, () => {
  const TO_TRACE = "exec cat >>../trace";

  test("reads what the service writes", async (t) => {
    const service = supervise(t, { run: `echo hello; ${FOREVER}`, log: { run: TO_TRACE } });
    assert.deepEqual(await service.untilLines(1), ["hello"]);
  });

  test("reads what ./finish writes", async (t) => {
    const service = supervise(t, {
      run: "exit 2",
      finish: `echo "$@"; ${FOREVER}`,
      log: { run: TO_TRACE },
    });
    assert.deepEqual(await service.untilLines(1), ["2 0"]);
  });

  test("runs in log/, with status and commands of its own", async (t) => {
    const service = supervise(t, { run: FOREVER, log: { run: `pwd >>../trace; ${FOREVER}` } });
    const { pid } = await service.log.untilRunning();
    await service.untilRunning();
    assert.deepEqual(await service.untilLines(1), [service.log.dir]);
    service.log.control("p");
    await service.log.untilStat("run, paused");
    assert.equal(service.stat(), "run");
    service.log.control("cd");
    await service.log.untilStat("down");
    assert.ok(!isAlive(pid));
    assert.equal(service.stat(), "run");
  });

  test("is started also while the service is down", async (t) => {
    const service = supervise(t, { run: FOREVER, down: true, log: { run: FOREVER } });
    await service.log.untilRunning();
    assert.equal(service.stat(), "down");
  });

  test("with log/down waits until it is told 'u'", async (t) => {
    const service = supervise(t, { run: FOREVER, log: { run: FOREVER, down: true } });
    await service.untilRunning();
    assert.equal(service.log.stat(), "down");
    service.log.control("u");
    await service.log.untilRunning();
  });

  test("misses nothing that is written while it is down", async (t) => {
    const service = supervise(t, {
      run: `i=0; while [ $i -lt 50 ]; do i=$((i+1)); echo $i; done; ${FOREVER}`,
      log: { run: TO_TRACE, down: true },
    });
    await service.untilRunning();
    service.log.control("u");
    const lines = await service.untilLines(50);
    assert.deepEqual(
      lines,
      Array.from({ length: 50 }, (_, i) => `${i + 1}`),
    );
  });

  test("loses no line when it is killed and started again", async (t) => {
    const service = supervise(t, {
      run: "i=0; while [ $i -lt 2000 ]; do i=$((i+1)); echo $i; done; exec sleep 1000",
      // One line at a time: what a reader has read is lost with it.
      log: { run: "while read -r line; do echo $line >>../trace; done" },
    });
    await service.untilLines(200);
    const { pid } = await service.log.untilRunning();
    sendSignal(pid, "SIGSTOP"); // between two lines or within one: at most that one is lost
    sendSignal(pid, "SIGKILL");
    await service.log.untilRunning(pid);
    await service.untilTrue("last line", () => service.lines().at(-1) === "2000");
    assert.ok(service.lines().length >= 1998, `${service.lines().length} lines`);
  });

  test("does not run log/finish", async (t) => {
    const log = { run: "exit 0", finish: "echo finish >>../trace" };
    const service = supervise(t, { run: FOREVER, log });
    await service.log.until("end", ({ phase }) => phase === "down");
    await rest(service);
    assert.deepEqual(service.lines(), []);
  });

  test("ends by the end of its input, and runsv waits for it", async (t) => {
    const log = {
      run: "cat >/dev/null; echo end >>../trace; while [ ! -e ../go ]; do sleep .02; done",
    };
    const service = supervise(t, { run: FOREVER, log });
    const { pid } = await service.log.untilRunning();
    await service.untilRunning();
    service.control("x");
    await service.untilLines(1);
    await service.log.untilStat("run, want exit");
    assert.ok(isAlive(service.runsv.pid));
    writeFileSync(service.path("go"), "");
    assert.equal(await service.exitCode(), 0);
    assert.ok(!isAlive(pid));
    assert.deepEqual(service.lines(), ["end"]);
  });

  test("that heeds no end of input can be ended by 'k' to it", async (t) => {
    const service = supervise(t, { run: FOREVER, log: { run: FOREVER } });
    await service.untilRunning();
    await service.log.untilRunning();
    service.control("x");
    await service.log.untilStat("run, want exit");
    service.log.control("k");
    assert.equal(await service.exitCode(), 0);
  });

  test("ignores 'x'", async (t) => {
    const service = supervise(t, { run: FOREVER, log: { run: FOREVER } });
    const { pid } = await service.log.untilRunning();
    service.log.control("xp");
    assert.equal((await service.log.untilStat("run, paused")).pid, pid);
  });

  test("killed, is started again, and the service does not notice", async (t) => {
    const service = supervise(t, { run: FOREVER, log: { run: "exec cat >/dev/null" } });
    const main = await service.untilRunning();
    const { pid } = await service.log.untilRunning();
    sendSignal(pid, "SIGKILL");
    await service.log.untilRunning(pid);
    assert.equal(service.status().pid, main.pid);
  });

  test("without log/run is complained about, and the service runs", async (t) => {
    const service = supervise(t, { run: FOREVER, log: {} });
    await service.untilSaid(
      "runsv service: fatal: unable to start log/./run: file does not exist\n",
    );
    await service.untilRunning();
    writeFileSync(service.path("log/run"), `#!/bin/sh\n${FOREVER}\n`, { mode: 0o755 });
    await service.log.untilRunning();
  });

  test("is not there when ./log is a file, which is complained about", async (t) => {
    const service = supervise(t, { run: FOREVER, files: { log: "a file\n" } });
    await service.untilRunning();
    await service.untilSaid("not a directory");
    assert.equal(service.stderr, "runsv service: warning: ./log: not a directory.\n");
  });

  test("may be a link to a directory", async (t) => {
    const service = supervise(
      t,
      { run: `echo hello; ${FOREVER}`, files: { log: { link: "elsewhere" } } },
      {
        prepare: (dir) => {
          mkdirSync(join(dir, "elsewhere"));
          const run = "#!/bin/sh\nexec cat >>../trace\n";
          writeFileSync(join(dir, "elsewhere/run"), run, { mode: 0o755 });
        },
      },
    );
    assert.deepEqual(await service.untilLines(1), ["hello"]);
  });

  test("has its log/supervise/pid from the start", improved("log-pid-from-start"), async (t) => {
    const service = supervise(t, { run: FOREVER, log: { run: FOREVER, down: true } });
    await service.untilRunning();
    assert.equal(service.log.pidFile(), "");
  });

  test(
    "is kept when 'u' takes an 'x' back, also after its input was closed",
    improved("up-after-exit"),
    async (t) => {
      const service = supervise(t, {
        run: `echo start; ${FOREVER}`,
        log: { run: `while read -r line; do echo $line >>../trace; done; ${FOREVER}` },
      });
      const { pid } = await service.untilRunning();
      await service.untilLines(1);
      service.control("x");
      await service.log.untilStat("run, want exit");
      service.control("u");
      await service.untilRunning(pid);
      service.log.control("k"); // the old logger has seen the end of its input
      await service.untilLines(2);
      assert.deepEqual(service.lines(), ["start", "start"]);
      assert.equal(service.stderr, "");
      service.control("x");
      await service.log.untilStat("run, want exit");
      service.log.control("k");
      assert.equal(await service.exitCode(), 0);
    },
  );
});

describe("runsv: supervise/", { concurrency: 4 }, () => {
  test("has the entries, types and modes that its readers rely on", async (t) => {
    const service = supervise(
      t,
      { run: FOREVER },
      { via: ["sh", "-c", 'umask 022; exec "$@"', "sh"] },
    );
    await service.untilRunning();
    await service.untilTrue("supervisor", () => service.isSupervised());
    const entries = readdirSync(service.path("supervise"), { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    );
    const seen = entries.map((entry) => {
      const type = entry.isFIFO() ? "fifo" : entry.isFile() ? "file" : "other";
      return `${entry.name} ${type} ${service.mode(`supervise/${entry.name}`).toString(8)}`;
    });
    const additions = originalInPlace ? [] : ["adopt file 600"];
    assert.deepEqual(seen, [
      ...additions,
      "control fifo 600",
      "lock file 600",
      "ok fifo 600",
      "pid file 644",
      "stat file 644",
      "status file 644",
    ]);
    assert.equal(service.mode("supervise").toString(8), "700");
    assert.equal(statSync(service.path("supervise/status")).size, 20);
  });

  test("keeps modes that were given to it, across a restart of runsv", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    chmodSync(service.path("supervise"), 0o755);
    chmodSync(service.path("supervise/ok"), 0o660);
    chmodSync(service.path("supervise/control"), 0o620);
    service.control("x");
    await service.exitCode();
    const again = service.another();
    await again.untilRunning();
    assert.deepEqual(
      ["supervise", "supervise/ok", "supervise/control"].map((name) => again.mode(name)),
      [0o755, 0o660, 0o620],
    );
  });

  test("stays with its last contents when runsv has ended", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    service.control("x");
    await service.exitCode();
    assert.equal(service.stat(), "down");
    assert.equal(service.pidFile(), "");
    assert.ok(!service.isSupervised());
    assert.ok(existsSync(service.path("supervise/ok")));
    assert.throws(() => service.control("u"), { code: "ENXIO" });
  });

  test("shows that nobody supervises once runsv is killed", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    await service.untilTrue("supervisor", () => service.isSupervised());
    service.runsv.signal("SIGKILL");
    await service.runsv.exit();
    assert.ok(!service.isSupervised(), "no process that runsv started holds supervise/ok open");
    assert.throws(() => service.control("u"), { code: "ENXIO" });
  });

  test("may be a dangling link, whose target is then made", async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      log: { run: FOREVER, files: { supervise: { link: "log-state" } } },
      files: { supervise: { link: "state" } },
    });
    await service.untilRunning();
    await service.log.untilRunning();
    assert.ok(service.has("state/status"));
    assert.ok(service.has("log/log-state/status"));
    assert.equal(service.mode("state"), 0o700);
  });

  test("as a dangling link of 255 bytes is taken, of 256 bytes refused", async (t) => {
    const target = (bytes: number) => `./${"/".repeat(bytes - 7)}state`;
    const link = (bytes: number) => ({
      run: FOREVER,
      files: { supervise: { link: target(bytes) } },
    });
    await supervise(t, link(255)).untilRunning();
    const refused = supervise(t, link(256));
    assert.equal(await refused.exitCode(), 111);
    assert.equal(
      refused.stderr,
      "runsv service: fatal: unable to readlink ./supervise: name too long\n",
    );
  });

  test("belongs to one runsv: a second one fails and touches nothing", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    const second = service.another();
    assert.equal(await second.exitCode(), 111);
    assert.equal(
      second.stderr,
      "runsv service: fatal: unable to lock supervise/lock: temporary failure\n",
    );
    assert.equal(service.status().pid, pid);
    service.control("p");
    await service.untilStat("run, paused");
  });

  test(
    "stays as it is while it cannot be written, and the service is supervised all the same",
    asRoot,
    async (t) => {
      const service = supervise(t, { run: FOREVER });
      const { pid } = await service.untilRunning();
      await service.untilTrue("supervisor", () => service.isSupervised());
      const chattr = (flag: string) =>
        run(service.box, ["chattr", flag, service.path("supervise")]);
      if ((await chattr("+i")).code !== 0) return t.skip("no immutable flag on this file system");
      try {
        service.control("d");
        await service.untilTrue("end of the service", () => !isAlive(pid));
        await service.untilSaid(
          "runsv service: warning: unable to open supervise/pid.new: permission denied\n",
        );
        assert.equal(service.status().pid, pid, "stale");
      } finally {
        await chattr("-i");
      }
      service.control("u");
      await service.untilRunning(pid);
    },
  );

  test(
    "has its status written also when pid.new cannot be",
    improved("status-despite-pid"),
    async (t) => {
      const service = supervise(t, { run: FOREVER });
      const { pid } = await service.untilRunning();
      mkdirSync(service.path("supervise/pid.new"));
      service.control("d");
      await service.untilStat("down");
      assert.notEqual(service.status().pid, pid);
      await service.untilSaid(
        "runsv service: warning: unable to open supervise/pid.new: is a directory\n",
      );
      rmSync(service.path("supervise/pid.new"), { recursive: true });
      service.control("u");
      const next = await service.untilRunning();
      await service.untilTrue("pid file", () => service.pidFile() === `${next.pid}\n`);
    },
  );

  test(
    "is right at each change when the user's quota is used up",
    both(improved("state-on-full-disk"), { skip: process.platform !== "linux" && "no seccomp" }),
    async (t) => {
      const files = { "supervise/pid": "", "supervise/stat": "", "supervise/status": "" };
      const via = refusing("EDQUOT", "renameat");
      const service = supervise(t, { run: FOREVER, files }, { via });
      await service.untilTrue("status", () => service.text("supervise/status").length > 0);
      const { pid } = await service.untilRunning();
      await service.untilTrue("pid file", () => service.pidFile() === `${pid}\n`);
      service.control("p");
      await service.untilStat("run, paused");
      service.control("c");
      await service.untilStat("run");
      service.control("d");
      await service.untilStat("down");
      assert.equal(service.status().pid, 0);
      assert.equal(service.pidFile(), "");
    },
  );

  for (const [what, options, filler] of [
    ["disk", "size=20k", Buffer.alloc(65536)],
    ["file system without a free inode", "size=1m,nr_inodes=10", undefined],
  ] as const) {
    test(
      `is right at each change on a full ${what}`,
      both(asRoot, improved("state-on-full-disk")),
      async (t) => {
        const service = supervise(
          t,
          { run: FOREVER, finish: "exit 0" },
          {
            prepare: (dir) => mkdirSync(join(dir, "supervise")),
            via: mounted(`mount -t tmpfs -o ${options} tmpfs service/supervise`),
          },
        );
        const inside = new ServiceDirectory(
          join(`/proc/${service.runsv.pid}/root`, service.dir),
          () => service.stderr,
        );
        const { pid } = await inside.untilRunning();
        await inside.untilTrue("supervisor", () => inside.isSupervised());
        const fill = () => {
          if (filler !== undefined) writeFileSync(inside.path("supervise/filler"), filler);
          else for (let n = 0; ; n++) writeFileSync(inside.path(`supervise/filler${n}`), "");
        };
        assert.throws(fill, { code: "ENOSPC" });
        inside.control("p");
        await inside.untilStat("run, paused");
        inside.control("c");
        await inside.untilStat("run");
        let last = pid;
        for (let round = 0; round < 3; round++) {
          sendSignal(last, "SIGKILL");
          last = (await inside.untilRunning(last)).pid;
          await inside.untilTrue("pid", () => inside.pidFile() === `${last}\n`);
        }
        inside.control("d");
        await inside.untilStat("down");
        assert.equal(inside.pidFile(), "");
        inside.control("u");
        const after = await inside.untilRunning();
        await inside.untilTrue("pid", () => inside.pidFile() === `${after.pid}\n`);
      },
    );
  }

  test(
    "is written to nothing that the owner of supervise/ has put there",
    both(asRoot, improved("state-links")),
    async (t) => {
      const service = supervise(t, { run: FOREVER });
      const { pid } = await service.untilRunning();
      await service.untilTrue("supervisor", () => service.isSupervised());
      const victims = ["pid", "stat", "status", "history", "adopt"].flatMap((name) => [
        [name, service.path(`victim-${name}`)] as const,
        [`${name}.new`, service.path(`victim-${name}.new`)] as const,
      ]);
      for (const [link, [name, victim]] of victims.entries()) {
        writeFileSync(victim, "precious");
        const path = service.path(`supervise/${name}`);
        rmSync(path, { force: true });
        if (link % 4 === 0) linkSync(victim, path);
        else symlinkSync(victim, path);
      }
      sendSignal(pid, "SIGKILL");
      await service.untilTrue("history", () =>
        service.text("supervise/history").startsWith("super"),
      );
      await service.untilTrue("pid", () => !["", "precious"].includes(service.pidFile() ?? ""));
      await service.untilRunning(pid);
      for (const [, victim] of victims) assert.equal(readFileSync(victim, "utf8"), "precious");
    },
  );

  test("is of no more use once the service directory is removed, but TERM still ends runsv", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    await service.untilTrue("supervisor", () => service.isSupervised());
    rmSync(service.dir, { recursive: true, maxRetries: 10 }); // runsv may be writing there still
    assert.ok(isAlive(pid));
    service.runsv.signal("SIGTERM");
    assert.equal(await service.exitCode(), 0);
    assert.ok(!isAlive(pid));
    if (originalInPlace) assert.match(service.stderr, /unable to open supervise\/pid\.new/);
  });

  test(
    "is told of as removed in one line, also with a log service",
    improved("removed"),
    async (t) => {
      const service = supervise(t, { run: FOREVER, log: { run: "exec cat >/dev/null" } });
      await service.untilRunning();
      await service.log.untilRunning();
      await service.untilTrue("supervisor", () => service.isSupervised());
      rmSync(service.dir, { recursive: true, maxRetries: 10 });
      service.runsv.signal("SIGTERM");
      assert.equal(await service.exitCode(), 0);
      const text = "supervise/ was removed, the service's state cannot be written";
      assert.equal(service.stderr, `runsv service: warning: ${text}\n`);
    },
  );
});

describe("runsv: what cannot be supervised", { concurrency: 4 }, () => {
  const SPOILT_RUNS = [
    ["no ./run", {}, "file does not exist"],
    [
      "a ./run without execute permission",
      { run: { text: "#!/bin/sh\n", mode: 0o644 } },
      "access denied",
    ],
    [
      "a ./run whose interpreter is missing",
      { run: { text: "#!/no/interpreter\n", mode: 0o755 } },
      "file does not exist",
    ],
    [
      "a ./run without a '#!' line",
      { run: { text: "exec sleep 1000\n", mode: 0o755 } },
      "exec format error",
    ],
    ["an empty ./run", { run: { text: "", mode: 0o755 } }, "exec format error"],
    ["a directory for ./run", { run: { directory: true } }, "access denied"],
    ["a ./run that is a dangling link", { run: { link: "nowhere" } }, "file does not exist"],
    ["a ./run that links to itself", { run: { link: "run" } }, "symbolic link loop"],
  ] as const;
  for (const [what, description, reason] of SPOILT_RUNS) {
    test(`tries ${what} again and again, and starts it once it is mended`, async (t) => {
      const service = supervise(t, description);
      const message = "runsv service: fatal: unable to start ./run: ";
      await service.untilTrue("two attempts", () => service.stderr.split(message).length > 2);
      assert.ok(service.stderr.includes(reason), service.stderr);
      await service.untilStat("down");
      rmSync(service.path("run"), { recursive: true, force: true });
      writeFileSync(service.path("run.new"), `#!/bin/sh\n${FOREVER}\n`, { mode: 0o755 });
      renameSync(service.path("run.new"), service.path("run"));
      await service.untilTrue("mended ./run", () => {
        const pid = service.statusIfThere()?.pid ?? 0; // of an attempt that fails, for a moment
        return pid !== 0 && statusLines(pid).get("Name") === "sleep";
      });
    });
  }

  test("never says that what cannot be executed runs", improved("never-run"), async (t) => {
    const service = supervise(t, {});
    const history = () => service.text("supervise/history");
    await service.untilTrue("first end", () => history() !== "");
    for (let n = 0; n < 20; n++) {
      await service.until("rest", ({ phase }) => phase === "down");
      const before = history();
      const endMs = performance.now() + DEADLINE_MS;
      service.control("u"); // a rest ends with it
      // At every moment that there is: so without a pause.
      while (history() === before && performance.now() < endMs) {
        assert.notEqual(service.status().phase, "run");
      }
    }
  });

  test("fails without a directory", async (t) => {
    const outcome = await runTool(sandbox(t), ours, "runsv", ["nowhere"]);
    assert.equal(outcome.code, 111);
    assert.equal(
      outcome.stderr,
      "runsv nowhere: fatal: unable to change to directory: file does not exist\n",
    );
  });

  test("fails on a file in place of the directory", async (t) => {
    const box = sandbox(t);
    writeFileSync(join(box.dir, "file"), "");
    const outcome = await runTool(box, ours, "runsv", ["file"]);
    assert.equal(outcome.code, 111);
    assert.equal(
      outcome.stderr,
      "runsv file: fatal: unable to change to directory: not a directory\n",
    );
  });

  for (const args of [[], ["a", "b"], ["a", "b", "c"]]) {
    test(`tells its usage when it is given ${args.length} arguments`, async (t) => {
      const outcome = await runTool(sandbox(t), ours, "runsv", args);
      assert.deepEqual(outcome, { code: 1, stdout: "", stderr: "usage: runsv dir\n\n" });
    });
  }

  test("takes an argument with a dash for a directory", async (t) => {
    const outcome = await runTool(sandbox(t), ours, "runsv", ["-x"]);
    assert.equal(outcome.code, 111);
    assert.equal(
      outcome.stderr,
      "runsv -x: fatal: unable to change to directory: file does not exist\n",
    );
  });

  const SPOILT_STATES = [
    ["a file for supervise/", "supervise", "unable to open supervise/lock: not a directory"],
    [
      "a file for log/supervise/",
      "log/supervise",
      "unable to open log/supervise/lock: not a directory",
    ],
    [
      "a file for supervise/control",
      "supervise/control",
      "supervise/control exists but is not a fifo",
    ],
  ] as const;
  for (const [what, path, reason] of SPOILT_STATES) {
    test(`fails on ${what}`, async (t) => {
      const service = supervise(t, {
        run: "echo start >>trace",
        log: { run: FOREVER },
        files: { [path]: "" },
      });
      assert.equal(await service.exitCode(), 111);
      assert.equal(service.stderr, `runsv service: fatal: ${reason}\n`);
      assert.deepEqual(service.lines(), []);
    });
  }

  test("fails on a directory for supervise/lock", async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      files: { "supervise/lock": { directory: true } },
    });
    assert.equal(await service.exitCode(), 111);
    assert.equal(
      service.stderr,
      "runsv service: fatal: unable to open supervise/lock: is a directory\n",
    );
  });

  test("fails on a file for log/supervise/control", improved("log-control-not-fifo"), async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      log: { run: FOREVER, files: { "supervise/control": "" } },
    });
    assert.equal(await service.exitCode(), 111);
    assert.equal(
      service.stderr,
      "runsv service: fatal: log/supervise/control exists but is not a fifo\n",
    );
  });

  test(
    "fails at once when another process has log/supervise/lock",
    improved("log-lock-at-once"),
    async (t) => {
      const box = sandbox(t);
      const lock = join(box.dir, "service/log/supervise/lock");
      mkdirSync(join(lock, ".."), { recursive: true });
      writeFileSync(lock, "");
      box.start(["flock", lock, "sh", "-c", "echo >locked; exec sleep 1000"]);
      const locked = new ServiceDirectory(box.dir);
      await locked.untilTrue("lock", () => locked.has("locked"));
      const { code, stderr } = await runTool(box, ours, "runsv", ["service"]);
      assert.equal(code, 111);
      assert.equal(
        stderr,
        "runsv service: fatal: unable to lock log/supervise/lock: temporary failure\n",
      );
    },
  );

  test("fails on a read-only file system that has no supervise/", asRoot, async (t) => {
    const via = mounted("mount --bind service service; mount -o remount,ro,bind service");
    const service = supervise(t, { run: FOREVER }, { via });
    assert.equal(await service.exitCode(), 111);
    assert.equal(
      service.stderr,
      "runsv service: fatal: unable to open supervise/lock: file does not exist\n",
    );
  });

  test("fails on a read-only file system that has a supervise/", asRoot, async (t) => {
    const via = mounted("mount --bind service service; mount -o remount,ro,bind service");
    const prepare = (dir: string) => mkdirSync(join(dir, "supervise"));
    const service = supervise(t, { run: FOREVER }, { via, prepare });
    assert.equal(await service.exitCode(), 111);
    assert.equal(
      service.stderr,
      "runsv service: fatal: unable to open supervise/lock: read-only file system\n",
    );
  });

  test(
    "supervises on a read-only file system whose supervise/ links to a place that is not",
    asRoot,
    async (t) => {
      const via = mounted("mount --bind service service; mount -o remount,ro,bind service");
      const service = supervise(
        t,
        { run: FOREVER },
        {
          via,
          prepare: (dir) => symlinkSync("../state", join(dir, "supervise")),
        },
      );
      await service.untilRunning();
      assert.ok(existsSync(join(service.box.dir, "state/status")));
    },
  );

  test("without the right to write fails as the system says", asRoot, async (t) => {
    const uid = 54_321;
    const service = supervise(
      t,
      { run: FOREVER },
      {
        uid,
        prepare: (dir) => chmodSync(join(dir, ".."), 0o755),
      },
    );
    assert.equal(await service.exitCode(), 111);
    assert.equal(
      service.stderr,
      "runsv service: fatal: unable to open supervise/lock: file does not exist\n",
    );
  });

  test(
    "that may not write a file goes on, and so does its service",
    improved("sigxfsz"),
    async (t) => {
      const via = ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh"];
      const service = supervise(t, { run: "ulimit -f; exec sleep 1000" }, { via });
      await service.untilSaid(
        "runsv service: warning: unable to write supervise/status.new: file too big\n",
      );
      const started = () => (service.runsv.stdout() === "0\n" ? true : undefined);
      await eventually("start", started, () => service.stderr);
      const daemon = children(service.runsv.pid)[0] ?? 0;
      assert.equal(statusLines(daemon).get("SigBlk"), "0000000000000000");
      service.runsv.signal("SIGTERM");
      assert.equal(await service.exitCode(), 0);
      assert.ok(!isAlive(daemon));
    },
  );

  test(
    "that cannot fork tries again, and answers commands meanwhile",
    both(asRoot, improved("fork-retry")),
    async (t) => {
      const service = supervise(
        t,
        { run: FOREVER },
        {
          uid: 54_322,
          // The user may have two processes, and this sleep is one of them.
          via: [
            "sh",
            "-c",
            'sleep 1000 & echo $! >service/hog; exec prlimit --nproc=2 -- "$@"',
            "sh",
          ],
          prepare: (dir) => {
            chmodSync(join(dir, ".."), 0o755);
            chmodSync(dir, 0o777);
          },
        },
      );
      await service.untilSaid(
        "runsv service: warning: unable to fork, sleeping: temporary failure\n",
      );
      service.control("d");
      await service.until("want down", ({ want }) => want === "down");
      service.control("u");
      await service.until("want up", ({ want }) => want === "up");
      sendSignal(Number(service.text("hog")), "SIGKILL");
      await service.untilRunning();
      service.runsv.signal("SIGTERM");
      assert.equal(await service.exitCode(), 0);
    },
  );

  test("that cannot fork still ends by TERM", both(asRoot, improved("fork-retry")), async (t) => {
    const service = supervise(
      t,
      { run: FOREVER },
      {
        uid: 54_323,
        via: ["prlimit", "--nproc=1", "--"],
        prepare: (dir) => {
          chmodSync(join(dir, ".."), 0o755);
          chmodSync(dir, 0o777);
        },
      },
    );
    await service.untilSaid("unable to fork, sleeping");
    service.runsv.signal("SIGTERM");
    assert.equal(await service.exitCode(), 0);
  });
});

describe("runsv: killed", { concurrency: 4 }, () => {
  test("leaves its service running and its lock free for the next runsv", async (t) => {
    const service = supervise(t, { run: FOREVER, finish: "exit 0" });
    const { pid } = await service.untilRunning();
    service.runsv.signal("SIGKILL");
    await service.runsv.exit();
    assert.ok(isAlive(pid));
    const next = service.another();
    await next.untilTrue("supervisor", () => next.isSupervised());
    await next.untilRunning(originalInPlace ? pid : 0);
  });

  test("and all its processes with it, does not keep the next runsv from a fresh start", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    service.runsv.signal("SIGKILL");
    await service.runsv.exit();
    sendSignal(pid, "SIGKILL");
    await service.untilTrue("end of the service", () => !isAlive(pid));
    const next = service.another();
    const status = await next.untilRunning(pid);
    assert.ok(isAlive(status.pid));
  });
});
