/**
 * The files of a service directory that set bounds, as a whole: real daemons that do not end, do not come up,
 * or want another signal than TERM; and what `sv report` tells of them. runit does not have them: it passes
 * them over.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { run, runTool } from "../support/run.ts";
import { sendSignal } from "../support/sandbox.ts";
import { testBothWays } from "../support/scan.ts";
import { FOREVER, REPORTER, STUBBORN } from "../support/service.ts";
import { debian, improved, ours } from "../support/suite.ts";
import { type Supervised, supervise } from "../support/supervise.ts";
import { unchanged } from "../support/wait.ts";

const CRASH = "echo start >>trace; exit 3";
/** Longer than any test takes. */
const NEVER_MS = "3600000\n";
/** Soon; a shell needs its time to begin to ignore a signal, for which tests wait. */
const SOON_MS = "50\n";

const sv = (service: Supervised, ...words: readonly string[]) =>
  runTool(service.box, ours, "sv", [...words, service.dir]);
/** Keeps what it is told of each end of ./run. */
const FINISH = 'echo "$@" >>ends';

describe("bounds: a process that does not end", { concurrency: 4, ...improved("bounds") }, () => {
  test("sends KILL where timeout-kill is over after a stop", async (t) => {
    const service = supervise(t, {
      run: STUBBORN,
      finish: FINISH,
      files: { "timeout-kill": SOON_MS },
    });
    await service.untilRunning();
    await service.untilLines(1);
    service.control("d");
    await service.untilStat("down");
    assert.deepEqual(service.lines("ends"), ["-1 9"]);
  });

  test("restarts by 't' a daemon that does not heed TERM, and takes runsv to its exit by 'x'", async (t) => {
    const service = supervise(t, { run: STUBBORN, files: { "timeout-kill": SOON_MS } });
    const { pid } = await service.untilRunning();
    await service.untilLines(1);
    service.control("t");
    await service.untilRunning(pid);
    await service.untilLines(2);
    service.control("x");
    assert.equal(await service.exitCode(), 0);
  });

  test("sends no KILL to a process that ends in time, nor to the next one", async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      finish: FINISH,
      files: { "timeout-kill": "300\n" },
    });
    const { pid } = await service.untilRunning();
    service.control("t");
    const next = await service.untilRunning(pid);
    await unchanged(() => service.tell(), 600); // by then the time of the first is over
    assert.equal(service.status().pid, next.pid);
    assert.deepEqual(service.lines("ends"), ["-1 15"]);
  });

  test("reads timeout-kill at the stop, and a second stop with less time counts", async (t) => {
    const service = supervise(t, { run: STUBBORN, files: { "timeout-kill": NEVER_MS } });
    await service.untilRunning();
    await service.untilLines(1);
    service.control("d");
    await service.untilStat("run, got TERM, want down");
    writeFileSync(service.path("timeout-kill"), SOON_MS);
    service.control("d");
    await service.untilStat("down");
  });

  test("sends KILL to a paused process, and without asking control/k", async (t) => {
    const service = supervise(t, {
      run: STUBBORN,
      control: { k: "echo k >>trace" },
      files: { "timeout-kill": SOON_MS },
    });
    const { pid } = await service.untilRunning();
    await service.untilLines(1);
    service.control("pt");
    await service.untilRunning(pid);
    assert.ok(!service.lines().includes("k"));
  });

  test("sends no KILL where control/t took the stop upon itself", async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      control: { t: "echo t >>trace" },
      files: { "timeout-kill": "1\n" },
    });
    await service.untilRunning();
    service.control("d");
    await service.untilLines(1);
    await unchanged(() => service.tell(), 300);
    assert.equal(service.stat(), "run, want down");
  });

  test("sends KILL to a finish that takes longer than timeout-finish", async (t) => {
    const service = supervise(t, {
      run: CRASH,
      finish: "echo finish >>trace; exec sleep 1000",
      files: { "timeout-finish": "300\n" },
    });
    await service.untilTrue(
      "second start",
      () => service.lines().filter((l) => l === "start").length > 1,
    );
    assert.deepEqual(service.lines().slice(0, 3), ["start", "finish", "start"]);
  });

  test("bounds the log service by the files in log/", async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      log: { run: STUBBORN, files: { "timeout-kill": SOON_MS } },
    });
    await service.log.untilRunning();
    await service.log.untilLines(1);
    service.log.control("d");
    await service.log.untilStat("down");
    assert.equal(service.stat(), "run");
  });

  test("lets sv wait: down within the time, and force-stop where there is no bound", async (t) => {
    const service = supervise(t, { run: STUBBORN, files: { "timeout-kill": SOON_MS } });
    await service.untilRunning();
    await service.untilLines(1);
    const down = await sv(service, "-w", "30", "down");
    assert.match(down.stdout, /^ok: down: /);
    rmSync(service.path("timeout-kill"));
    service.control("u");
    await service.untilLines(2);
    const forced = await sv(service, "-w", "1", "force-stop");
    assert.match(forced.stdout, /^kill: run: .* got TERM\n$/);
    await service.untilStat("down");
  });
});

describe("bounds: down-signal", { concurrency: 4, ...improved("bounds") }, () => {
  for (const [text, name] of [
    ["INT\n", "INT"],
    ["SIGHUP", "HUP"],
    ["quit\n", "QUIT"],
    ["USR1\n", "USR1"],
    ["14\n", "ALRM"],
  ] as const) {
    test(`sends ${name} in place of TERM where it says ${text.trim()}`, async (t) => {
      const service = supervise(t, { run: REPORTER, files: { "down-signal": text } });
      await service.untilLines(1);
      await service.untilRunning();
      service.control("t");
      await service.untilLines(2);
      assert.deepEqual(service.lines(), ["start", name]);
      await service.untilStat("run, got TERM");
    });
  }

  test("sends WINCH, and signals that have only a number", async (t) => {
    const run = "trap 'echo 28 >>trace' 28; trap 'echo 37 >>trace; exit' 37; echo start >>trace\n";
    const service = supervise(t, {
      run: `${run}while :; do sleep 1000 & wait $!; kill $!; done 2>/dev/null`,
      files: { "down-signal": "WINCH\n" },
    });
    await service.untilLines(1);
    await service.untilRunning();
    service.control("t");
    await service.untilLines(2);
    writeFileSync(service.path("down-signal"), "37\n");
    service.control("d");
    await service.untilStat("down");
    assert.deepEqual(service.lines(), ["start", "28", "37"]);
  });

  test("leaves control/t its say, and sends CONT after it to a paused service", async (t) => {
    const service = supervise(t, {
      run: REPORTER,
      control: { t: "test -e veto; code=$?; echo asked >>trace; exit $code" },
      files: { "down-signal": "INT\n", veto: "" },
    });
    await service.untilLines(1);
    await service.untilRunning();
    service.control("t");
    await service.untilLines(2);
    rmSync(service.path("veto"));
    service.control("pd");
    await service.untilLines(4);
    assert.deepEqual(service.lines(), ["start", "asked", "asked", "INT"]);
    service.control("k");
  });
});

describe("bounds: a service that keeps dying", { concurrency: 4, ...improved("bounds") }, () => {
  test("gives up at the death that max-death-tally names, visibly, until it is told to start", async (t) => {
    const service = supervise(t, { run: CRASH, files: { "max-death-tally": "2\n" } });
    await service.untilSaid("service died too often, 2 times, not started again.");
    await service.untilStat("down");
    assert.equal(service.status().want, "down");
    assert.equal(service.lines().length, 2);
    const report = await sv(service, "report");
    assert.match(
      report.stdout,
      /^down: .*: \d+s, normally up, failed\n {2}restarts: 1\n {2}last exit: code 3, \d+s ago\n {2}failed: died too often\n$/,
    );
    assert.match((await sv(service, "status")).stdout, /^down: .*: \d+s, normally up, failed\n$/);

    writeFileSync(service.path("run"), `#!/bin/sh\n${FOREVER}\n`);
    const restarted = await sv(service, "-w", "30", "restart");
    assert.match(restarted.stdout, /^ok: run: /);
    assert.match(
      (await sv(service, "report")).stdout,
      /^run: .*\n {2}restarts: 2\n {2}last exit: code 3, \d+s ago\n$/,
    );
  });

  test("does not count deaths that were asked for", async (t) => {
    const service = supervise(t, { run: FOREVER, files: { "max-death-tally": "2\n" } });
    let { pid } = await service.untilRunning();
    for (const byte of ["t", "k", "i"]) {
      service.control(byte);
      ({ pid } = await service.untilRunning(pid));
    }
    sendSignal(pid, "SIGKILL");
    await service.untilRunning(pid);
  });

  test("lets the rest grow with restart-delay-max, and tells of the next try", async (t) => {
    const service = supervise(t, {
      run: "date +%s%N >>trace; exit 1",
      files: { "restart-delay-max": NEVER_MS },
    });
    const starts = (await service.untilLines(3)).map((ns) => Number(ns) / 1e6);
    const [first = 0, second = 0, third = 0] = starts;
    assert.ok(second - first >= 990, `first rest ${second - first} ms`);
    assert.ok(third - second >= 1_990, `second rest ${third - second} ms`);
    // The history is written before the status, which still has the process that ended.
    const isResting = () => service.text("supervise/history").includes("rest 4000\n");
    await service.until("third rest", ({ pid }) => pid === 0 && isResting());
    assert.match((await sv(service, "report")).stdout, /\n {2}next try: in [0-4]s\n$/);
    service.control("d");
    await service.until("wanted down", ({ want }) => want === "down");
    assert.doesNotMatch((await sv(service, "report")).stdout, /next try/);
  });

  test("fails a log service by the files in log/, and starts it again when told to", async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      log: { run: CRASH, files: { "max-death-tally": "1\n" } },
    });
    await service.untilSaid("log service died too often, 1 times, not started again.");
    await service.log.untilStat("down");
    assert.match((await sv(service, "report")).stdout, /\n {2}log failed: died too often\n$/);
    service.log.control("u");
    await service.log.untilLines(2);
    assert.equal(service.stat(), "run");
  });
});

describe("bounds: what is wrong with a file", { concurrency: 4, ...improved("bounds") }, () => {
  const SPOILT = {
    "timeout-kill": "5s\n",
    "death-tally-period": "a minute\n",
    "down-signal": "SIGSTOPP\n",
    timeout_finish: "5000\n",
    "Max-Death-Tallys": "3\n",
  };
  const warnings = (where: string) => [
    `./${where}timeout-kill: "5s" is not a number of milliseconds.`,
    `./${where}death-tally-period: "a minute" is not a number of milliseconds.`,
    `./${where}down-signal: "SIGSTOPP" is not a signal.`,
    `./${where}timeout_finish: means nothing, did you mean timeout-finish?`,
    `./${where}Max-Death-Tallys: means nothing, did you mean max-death-tally?`,
  ];

  testBothWays(
    "is reported when the supervisor starts, of the log service too",
    {},
    async (t, start) => {
      const web = { run: FOREVER, files: SPOILT, log: { run: "exec cat", files: SPOILT } };
      const scanner = start(t, { web });
      const expected = [...warnings(""), ...warnings("log/")];
      for (const text of expected) await scanner.untilSaid(`runsv web: warning: ${text}\n`);
      assert.equal(scanner.stderr.split("\n").length - 1, expected.length, scanner.stderr);
    },
  );

  test("is not reported again when the file counts, unless something else is wrong then", async (t) => {
    const service = supervise(t, { run: REPORTER, files: { "down-signal": "STOPP\n" } });
    await service.untilLines(1);
    await service.untilRunning();
    service.control("t");
    await service.untilLines(3);
    writeFileSync(service.path("down-signal"), "HALT\n");
    service.control("t");
    await service.untilLines(5);
    const [first, second] = ["STOPP", "HALT"].map(
      (text) => `runsv service: warning: ./down-signal: "${text}" is not a signal.\n`,
    );
    await service.untilSaid(`${second}`);
    assert.equal(service.stderr, `${first}${second}`);
  });

  test("is not said of files of others, of copies, and beside the right name", async (t) => {
    const files = {
      "timeout-kill~": "x",
      ".timeout-kill.swp": "x",
      "#timeout-kill#": "x",
      "timeout-kill.dpkg-old": "x",
      "timeout-up": "x",
      "notification-fd": "3",
      environment: "x",
      "timeout-kill": "5000\n",
      timeout_kill: "x",
    };
    const service = supervise(t, { run: FOREVER, files });
    await service.untilRunning();
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    assert.equal(service.stderr, "");
  });

  testBothWays("is a down-signal that the service inherits as ignored", {}, async (t, start) => {
    // As a shell does to what it starts in the background.
    const via = ["sh", "-c", "trap '' INT; exec \"$@\"", "sh"];
    const web = { run: FOREVER, files: { "down-signal": "INT\n", "timeout-kill": "5000\n" } };
    const scanner = start(t, { web }, { via });
    await scanner.untilSaid(
      "runsv web: warning: ./down-signal: ignored by ./run, as it was when runsv was started.\n",
    );
  });
});

describe("bounds: what cannot be understood", { concurrency: 4, ...improved("bounds") }, () => {
  const HOSTILE = [
    "timeout-kill",
    "timeout-finish",
    "down-signal",
    "max-death-tally",
    "restart-delay-max",
  ];

  test("is warned of, and is as if it were not there", async (t) => {
    const files = Object.fromEntries(HOSTILE.map((name) => [name, "-1 or so\n"]));
    const service = supervise(t, { run: REPORTER, finish: FINISH, files });
    await service.untilLines(1);
    await service.untilRunning();
    service.control("t");
    await service.untilLines(3);
    assert.deepEqual(service.lines(), ["start", "TERM", "start"]);
    const said = () => service.stderr.split("\n").slice(0, -1);
    assert.deepEqual(said().sort(), [
      'runsv service: warning: ./down-signal: "-1 or so" is not a signal.',
      'runsv service: warning: ./max-death-tally: "-1 or so" is not a number from 0 to 4096.',
      'runsv service: warning: ./restart-delay-max: "-1 or so" is not a number of milliseconds.',
      'runsv service: warning: ./timeout-finish: "-1 or so" is not a number of milliseconds.',
      'runsv service: warning: ./timeout-kill: "-1 or so" is not a number of milliseconds.',
    ]);
  });

  test("holds nothing up: FIFOs, directories, devices, long files, links that lead nowhere", async (t) => {
    const service = supervise(
      t,
      {
        run: REPORTER,
        finish: FINISH,
        files: {
          "timeout-finish": { directory: true },
          "down-signal": { link: "/dev/zero" },
          "max-death-tally": { link: "nowhere" },
          "restart-delay-max": "1".repeat(100_000),
        },
      },
      { prepare: (dir) => execFileSync("mkfifo", [`${dir}/timeout-kill`]) },
    );
    await service.untilLines(1);
    await service.untilRunning();
    service.control("t");
    await service.untilLines(3);
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    const said = service.stderr;
    assert.ok(said.includes("unable to read ./timeout-finish: is a directory\n"), said);
    assert.ok(said.includes('./timeout-kill: "" is not a number of milliseconds.\n'), said);
    assert.ok(said.includes('./down-signal: "\\x00'), said);
    assert.ok(said.includes('./restart-delay-max: "1111111111111111..." is not a number'), said);
    assert.ok(!said.includes("max-death-tally"), said);
  });

  test("as a number, 0 is no bound", async (t) => {
    const files = Object.fromEntries(HOSTILE.map((name) => [name, "0\n"]));
    const service = supervise(t, { run: CRASH, files: { ...files, "down-signal": "TERM\n" } });
    await service.untilLines(3);
    assert.equal(service.stderr, "");
  });
});

test("files that set bounds mean nothing to runit", {
  skip: debian.missing ?? false,
}, async (t) => {
  const files = { "timeout-kill": "1\n", "down-signal": "INT\n", "max-death-tally": "1\n" };
  const service = supervise(t, { run: REPORTER, files }, { suite: debian });
  const { pid } = await service.untilRunning();
  await service.untilLines(1);
  sendSignal(pid, "SIGKILL");
  await service.untilRunning(pid);
  await service.untilLines(2);
  service.control("d");
  await service.untilStat("down");
  assert.deepEqual(service.lines(), ["start", "start", "TERM"]);
});

describe("sv report", { ...improved("sv-report") }, () => {
  test("tells what it can of a service under runit's runsv, and of one that nothing happened to", async (t) => {
    for (const suite of [ours, debian]) {
      if (suite.missing !== undefined) continue;
      const service = supervise(t, { run: FOREVER }, { suite });
      await service.untilRunning();
      const report = await sv(service, "report");
      assert.equal(report.code, 0);
      assert.match(report.stdout, /^run: .* \d+s\n {2}history: none\n$/);
    }
  });

  test("does not take the word of a supervisor that is gone", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    const { stdout } = await run(service.box, ["sh", "-c", "echo $$"]);
    writeFileSync(
      service.path("supervise/history"),
      `supervisor ${stdout.trim()}\nendings 5\nrest 0\nfailed 0\n`,
    );
    assert.match((await sv(service, "report")).stdout, /\n {2}history: none\n$/);
    sendSignal(pid, "SIGKILL");
    await service.untilRunning(pid);
    assert.match(
      (await sv(service, "report")).stdout,
      /\n {2}restarts: 1\n {2}last exit: signal 9, \d+s ago\n$/,
    );
  });

  test("fails as status does", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    service.control("x");
    await service.exitCode();
    const report = await sv(service, "report");
    assert.equal(report.code, 1);
    assert.match(report.stdout, /^fail: .*: runsv not running\n$/);
  });
});
