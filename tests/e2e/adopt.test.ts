/**
 * A supervisor's death loses nothing: who comes next takes over what it finds. Real processes, killed by KILL.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { allPids, cmdline, isAlive, kinship } from "../support/procfs.ts";
import { run, runTool } from "../support/run.ts";
import { sendSignal } from "../support/sandbox.ts";
import { type Scan, scan } from "../support/scan.ts";
import { FOREVER, makeService, ServiceDirectory, STUBBORN } from "../support/service.ts";
import { improved, ours, tool } from "../support/suite.ts";
import { type Supervised, supervise } from "../support/supervise.ts";

const ADOPTION = improved("adoption");
const KEEPERS = improved("keeps-supervisors");

/** Kills the supervisor; what it kept open is closed by then, its lock free. */
async function kill({ runsv }: Supervised): Promise<void> {
  runsv.signal("SIGKILL");
  await runsv.exit();
}

async function untilSupervised<T extends ServiceDirectory>(service: T): Promise<T> {
  await service.untilTrue("supervisor", () => service.isSupervised());
  return service;
}

/** Kills the supervisor, and has the next one start. */
async function replace(service: Supervised): Promise<Supervised> {
  await kill(service);
  return untilSupervised(service.another());
}

/** Writes each of its ends to ./ends, and ends by TERM with 7. */
const ENDING = {
  run: "trap 'exit 7' TERM; echo ready >>trace; while :; do sleep 1000 & wait $!; kill $!; done",
  finish: 'echo "$@" >>ends',
};

describe("runsv: in the place of one that was killed", { concurrency: 4, ...ADOPTION }, () => {
  test("goes on with the same process, and publishes the same", async (t) => {
    const service = supervise(t, { run: FOREVER, log: { run: "exec cat >>lines" } });
    await service.untilRunning();
    await service.log.untilRunning();
    await untilSupervised(service);
    service.control("p");
    await service.untilStat("run, paused");
    const read = (from: ServiceDirectory) =>
      ["status", "stat", "pid"].map((name) =>
        readFileSync(from.path(`supervise/${name}`), "latin1"),
      );
    const before = [...read(service), ...read(service.log)];
    const next = await replace(service);
    assert.deepEqual([...read(next), ...read(next.log)], before);
    next.control("cd");
    await next.untilStat("down");
    next.control("x");
    assert.equal(await next.exitCode(), 0);
  });

  test("takes over from one after the other, and commands what it has taken over", async (t) => {
    const service = supervise(t, ENDING);
    const { pid, since } = await service.untilRunning();
    await service.untilLines(1);
    let last: Supervised = await untilSupervised(service);
    for (let round = 0; round < 3; round++) last = await replace(last);
    assert.deepEqual([last.status().pid, last.status().since], [pid, since]);
    last.control("t");
    await last.untilRunning(pid);
    assert.ok(!isAlive(pid));
    assert.equal(last.lines("ends").length, 1);
    assert.match(last.lines("ends")[0] ?? "", /^(7 0|-1 0)$/); // known only where its parent is quick
  });

  test("goes on waiting for a process that got TERM", async (t) => {
    const service = supervise(t, { run: STUBBORN });
    const { pid } = await service.untilRunning();
    await service.untilLines(1);
    await untilSupervised(service);
    service.control("d");
    await service.untilStat("run, got TERM, want down");
    const next = await replace(service);
    assert.equal(next.stat(), "run, got TERM, want down");
    next.control("k");
    await next.untilStat("down");
    assert.ok(!isAlive(pid));
  });

  test("bounds a stop that was under way", async (t) => {
    const service = supervise(t, { run: STUBBORN });
    const { pid } = await service.untilRunning();
    await service.untilLines(1);
    await untilSupervised(service);
    service.control("d");
    await service.untilStat("run, got TERM, want down");
    await kill(service);
    writeFileSync(service.path("timeout-kill"), "1");
    await service.another().untilStat("down");
    assert.ok(!isAlive(pid));
  });

  test("ends with its service where it had been told to exit", async (t) => {
    const service = supervise(t, { run: STUBBORN });
    const { pid } = await service.untilRunning();
    await service.untilLines(1);
    await untilSupervised(service);
    service.control("x");
    await service.untilStat("run, got TERM, want exit");
    const next = await replace(service);
    sendSignal(pid, "SIGKILL");
    assert.equal(await next.exitCode(), 0);
    assert.ok(!next.has("supervise/adopt"));
  });

  test("asks control scripts about the process that it has taken over", async (t) => {
    const service = supervise(t, { run: FOREVER, control: { t: "echo asked >>trace; exit 0" } });
    const { pid } = await service.untilRunning();
    await untilSupervised(service);
    const next = await replace(service);
    next.control("t");
    await next.untilLines(1);
    assert.equal(next.status().pid, pid);
    assert.ok(isAlive(pid));
  });

  test("takes over a ./finish, and starts the service when that ends", async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      finish: "echo >>finishes; exec sleep 1000",
    });
    const { pid } = await service.untilRunning();
    sendSignal(pid, "SIGKILL");
    const finish = await service.until("finish", (now) => now.phase === "finish" && now.pid !== 0);
    await service.untilLines(1, "finishes");
    const next = await replace(await untilSupervised(service));
    assert.deepEqual(next.status(), finish);
    sendSignal(finish.pid, "SIGKILL");
    await next.untilRunning(pid);
    assert.equal(next.lines("finishes").length, 1);
  });

  test("sees to the end of a process that died meanwhile", async (t) => {
    const service = supervise(t, { run: FOREVER, finish: 'echo "$@" >>ends' });
    const { pid } = await service.untilRunning();
    await kill(await untilSupervised(service));
    sendSignal(pid, "SIGKILL");
    await service.untilTrue("end of the service", () => kinship(pid) === undefined);
    const next = service.another();
    await next.untilRunning(pid);
    assert.deepEqual(next.lines("ends"), ["-1 0"]);
  });

  test("leaves a service down that was told to be", async (t) => {
    const service = supervise(t, { run: "echo >>trace; exec sleep 1000" });
    await service.untilRunning();
    await service.untilLines(1);
    await untilSupervised(service);
    service.control("d");
    const down = await service.untilStat("down");
    const next = await replace(service);
    assert.deepEqual(next.status(), down);
    next.control("o");
    await next.untilRunning();
    assert.equal((await next.untilLines(2)).length, 2);
  });

  test("goes on with a service that is up although there is a ./down", async (t) => {
    const service = supervise(t, { run: FOREVER, down: true });
    await untilSupervised(service);
    service.control("u");
    const before = await service.untilRunning();
    const next = await replace(service);
    assert.deepEqual(next.status(), before);
  });

  test("starts afresh after one that was told to exit", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    await untilSupervised(service);
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    await service.another().untilRunning();
  });

  test("has sv say meanwhile that nobody supervises", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    await kill(await untilSupervised(service));
    const { stdout } = await runTool(service.box, ours, "sv", ["status", service.dir]);
    assert.equal(stdout, `fail: ${service.dir}: runsv not running\n`);
  });
});

describe("runsv: the record of a process", { concurrency: 4, ...ADOPTION }, () => {
  /** A service that is down, whose record tells of an innocent process. */
  async function withRecord(t: Parameters<typeof supervise>[0], change: (text: string) => string) {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    await kill(await untilSupervised(service));
    const path = service.path("supervise/adopt");
    writeFileSync(path, change(readFileSync(path, "latin1")), "latin1");
    const next = await untilSupervised(service.another());
    const status = await next.untilRunning(pid);
    assert.ok(isAlive(pid), "the other process is untouched");
    assert.ok(isAlive(status.pid));
    return next;
  }
  const replaceWord = (from: RegExp, to: string) => (text: string) =>
    `${text.trimEnd().replace(from, to)}`.padEnd(319).concat("\n");

  test("with another start time is about another process", async (t) => {
    await withRecord(t, replaceWord(/"startTicks":\d+/, '"startTicks":1'));
  });

  test("of another boot counts for nothing", async (t) => {
    const next = await withRecord(t, replaceWord(/"life":"./, '"life":"x'));
    assert.equal(next.stderr, "");
  });

  test("in a copy of a service's directory counts for nothing", async (t) => {
    const scanner = scan(t, { web: ENDING });
    const web = scanner.service("web");
    const { pid } = await web.untilRunning();
    await untilSupervised(web);
    const made = (name: string) => join(scanner.box.dir, "made", name);
    assert.equal((await run(scanner.box, ["cp", "-a", made("web"), made("copy")])).code, 0);
    symlinkSync("../made/copy", join(scanner.services, "copy"));
    const copy = await untilSupervised(scanner.service("copy"));
    await copy.untilRunning(pid);
    copy.control("d");
    await copy.untilStat("down");
    assert.equal(web.status().pid, pid);
    assert.ok(isAlive(pid), "the process of the other service is untouched");
    assert.deepEqual(web.lines("ends"), []);
  });

  test("that makes no sense is warned of and ignored", async (t) => {
    for (const text of ["garbage\n", "\0".repeat(320)]) {
      const next = await withRecord(t, () => text);
      await next.untilSaid("warning: unable to read supervise/adopt: bad format, ignored\n");
    }
  });

  test("that others could have written is ignored", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    await kill(await untilSupervised(service));
    const text = readFileSync(service.path("supervise/adopt"));
    rmSync(service.path("supervise/adopt"));
    writeFileSync(service.path("victim"), text);
    symlinkSync("../victim", service.path("supervise/adopt"));
    const next = service.another();
    await next.untilRunning(pid);
    await next.untilSaid("unable to read supervise/adopt");
    assert.deepEqual(readFileSync(service.path("victim")), text);
  });
});

describe("the log pipe of a runsv that was killed", { concurrency: 4, ...ADOPTION }, () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);
  const COUNTING = [
    "i=0; while [ $i -lt 10000 ]; do",
    "echo $i; i=$((i+1)); [ $((i % 100)) = 0 ] && sleep 0.01; done",
    "echo >>done; exec sleep 1000",
  ].join("\n");

  test("is kept: no line is lost or doubled, whichever of the two others is killed too", async (t) => {
    const log = `exec ${tool(ours, "runsv").replace(/runsv$/, "svlogd")} .`;
    const scanner = scan(t, { web: { run: COUNTING, log: { run: log } } });
    const service = scanner.service("web");
    const { pid } = await service.untilRunning();
    while (!service.has("done")) {
      await untilSupervised(service.log);
      const logger = await service.log.untilRunning();
      sendSignal(logger.pid, "SIGTERM"); // svlogd writes what it has read
      await service.log.untilRunning(logger.pid);
      const runsv = await scanner.untilRunsv("web");
      sendSignal(runsv, "SIGKILL");
      await scanner.until("end of runsv", () => (isAlive(runsv) ? undefined : true));
      scanner.runsvdir.signal("SIGALRM"); // no rest for a runsv that is killed often
    }
    await service.untilTrue("last line", () => service.log.lines("current").includes("9999"));
    assert.deepEqual(service.log.lines("current"), numbers(10_000));
    assert.equal(service.status().pid, pid);
  });

  test("keeps what nobody has read yet, when the log service dies with it", async (t) => {
    const service = supervise(t, {
      run: "echo first; until [ -e go ]; do sleep 0.01; done; seq 1000; echo >>done; exec sleep 1000",
      log: { run: "exec cat >>lines" },
    });
    const { pid } = await service.untilRunning();
    const logger = await service.log.untilRunning();
    await service.log.untilLines(1, "lines");
    sendSignal(logger.pid, "SIGSTOP");
    await service.untilTrue("stopped log service", () => kinship(logger.pid)?.state === "T");
    writeFileSync(service.path("go"), "");
    await service.untilLines(1, "done");
    await kill(await untilSupervised(service));
    sendSignal(logger.pid, "SIGKILL");
    await service.untilTrue("end of the log service", () => !isAlive(logger.pid));
    const next = service.another();
    await next.log.untilRunning(logger.pid);
    await next.log.untilLines(1_001, "lines");
    assert.deepEqual(next.log.lines("lines"), ["first", ...numbers(1_001).slice(1)]);
    assert.equal(next.status().pid, pid);
  });

  test("is closed in the end: the log service that was taken over ends by the end of its input", async (t) => {
    const service = supervise(t, { run: FOREVER, log: { run: "cat; echo end >>trace" } });
    await service.untilRunning();
    await service.log.untilRunning();
    const next = await replace(await untilSupervised(service));
    next.control("x");
    assert.equal(await next.exitCode(), 0);
    assert.deepEqual(next.log.lines(), ["end"]);
  });
});

describe("runsvdir: over services of a runsv that was killed", {
  concurrency: 4,
  ...ADOPTION,
}, () => {
  test("starts a runsv that goes on, and ./finish is told how the service ended", async (t) => {
    for (const [end, told] of [
      ["SIGTERM", "7 0"],
      ["SIGKILL", "-1 9"],
    ] as const) {
      const scanner = scan(t, { web: ENDING });
      const service = scanner.service("web");
      const { pid } = await service.untilRunning();
      await service.untilLines(1);
      const runsv = await scanner.untilRunsv("web");
      sendSignal(runsv, "SIGKILL");
      await scanner.untilRunsv("web", runsv);
      await untilSupervised(service);
      assert.equal(service.status().pid, pid);
      sendSignal(pid, end);
      assert.deepEqual(await service.untilLines(1, "ends"), [told]);
      await service.untilRunning(pid);
    }
  });

  test("collects what becomes its child by another's death", async (t) => {
    const scanner = scan(t, { web: { run: `(sleep 0.01 &) ; ${FOREVER}` } });
    await scanner.service("web").untilRunning();
    const left = () =>
      allPids().filter((pid) => {
        const { ppid, state } = kinship(pid) ?? {};
        return ppid === scanner.runsvdir.pid && state === "Z";
      });
    await scanner.until("no zombie", () => (left().length === 0 ? true : undefined));
  });
});

describe("a runsv that is killed at any moment", ADOPTION, () => {
  test("never leaves two of a service's processes at once", async (t) => {
    const locked = "flock -n -E 99 -o held sleep 0.01; [ $? = 99 ] && echo double >>doubles";
    // A restart that was asked for does not rest; and a shell that heeded TERM would leave the lock behind.
    const run = `trap '' TERM; echo start >>trace; ${locked}; exit 0`;
    const scanner = scan(t, { web: { run, finish: `${locked}; exit 0` } });
    const service = scanner.service("web");
    let runsv = 0;
    for (let round = 0; round < 60; round++) {
      const next = await scanner.untilRunsv("web", runsv);
      runsv = next;
      // The moments are spread over the beginning of runsv, a start, a run and a ./finish.
      if (round % 4 !== 0) await untilSupervised(service);
      for (let turn = 0; turn < round % 4; turn++) {
        if (service.isSupervised()) service.control("t");
        await pause((round * 7 + turn * 3) % 13);
      }
      try {
        sendSignal(next, "SIGKILL");
      } catch {
        // It was a child of the one before, not yet executed, which has died with its parent.
      }
      await scanner.until("end of runsv", () => (isAlive(next) ? undefined : true));
      scanner.runsvdir.signal("SIGALRM"); // no rest for a runsv that is killed often
    }
    await untilSupervised(service);
    const starts = service.lines().length;
    await service.untilLines(starts + 1);
    assert.deepEqual(service.lines("doubles"), []);
    assert.ok(starts > 10, `${starts} starts`);
  });
});

describe("runsvdir: where supervisors are at work already", { concurrency: 4, ...KEEPERS }, () => {
  /** A scanner that was killed and started again, with the runsv of before. */
  async function restarted(t: Parameters<typeof scan>[0]) {
    const scanner = scan(t, { web: { run: FOREVER } });
    const service = scanner.service("web");
    const { pid } = await service.untilRunning();
    await untilSupervised(service);
    const runsv = await scanner.untilRunsv("web");
    scanner.runsvdir.signal("SIGKILL");
    await scanner.runsvdir.exit();
    scanner.startAgain();
    return { scanner, service, pid, runsv };
  }
  /** Once it has looked at its directory. */
  async function untilScanned(scanner: Scan): Promise<void> {
    scanner.add("second", { run: FOREVER });
    await scanner.service("second").untilRunning();
  }

  test("leaves them at work, and starts none beside", async (t) => {
    const { scanner, service, pid, runsv } = await restarted(t);
    await untilScanned(scanner);
    assert.equal(scanner.runsvOf("web"), undefined);
    assert.ok(isAlive(runsv));
    assert.equal(service.status().pid, pid);
    assert.equal(scanner.stderr, "");
  });

  test("starts another when one is killed, which goes on", async (t) => {
    const { scanner, service, pid, runsv } = await restarted(t);
    await untilScanned(scanner);
    sendSignal(runsv, "SIGKILL");
    await scanner.untilRunsv("web");
    await untilSupervised(service);
    assert.equal(service.status().pid, pid);
    assert.equal(scanner.stderr, "");
  });

  test("starts another also when one ends that was told to", async (t) => {
    const { scanner, service, pid } = await restarted(t);
    await untilScanned(scanner);
    service.control("x");
    await service.untilRunning(pid);
    await scanner.untilRunsv("web");
  });

  test("ends one when its entry is removed, with its service", async (t) => {
    const { scanner, pid, runsv } = await restarted(t);
    await untilScanned(scanner);
    scanner.remove("web");
    await scanner.until("end of both", () => (isAlive(pid) || isAlive(runsv) ? undefined : true));
  });

  test("ends them at HUP", async (t) => {
    const { scanner, pid, runsv } = await restarted(t);
    await untilScanned(scanner);
    scanner.runsvdir.signal("SIGHUP");
    assert.equal((await scanner.runsvdir.exit()).code, 111);
    await scanner.until("end of both", () => (isAlive(pid) || isAlive(runsv) ? undefined : true));
  });

  test("takes one that was started by hand", async (t) => {
    const scanner = scan(t, {});
    makeService(join(scanner.box.dir, "made/web"), { run: FOREVER });
    scanner.box.start([tool(ours, "runsv"), "made/web"]);
    await untilSupervised(new ServiceDirectory(join(scanner.box.dir, "made/web")));
    symlinkSync("../made/web", join(scanner.services, "web"));
    await untilScanned(scanner);
    assert.equal(scanner.runsvOf("web"), undefined);
    assert.equal(scanner.stderr, "");
  });
});

describe("a service directory that is replaced under its name", {
  concurrency: 2,
  ...KEEPERS,
}, () => {
  for (const [how, prepare] of [
    ["with supervise/ in it", () => {}],
    [
      "with supervise a link to a place that stays",
      (dir: string, box: string) => {
        mkdirSync(join(box, "state"), { recursive: true });
        symlinkSync(join(box, "state/web"), join(dir, "supervise"));
      },
    ],
  ] as const) {
    test(`is supervised anew, ${how}`, async (t) => {
      const scanner = scan(t, {});
      const { box } = scanner;
      const put = (greeting: string) => {
        const fresh = join(box.dir, greeting);
        makeService(fresh, { run: `echo ${greeting} >>${box.dir}/trace; ${FOREVER}` });
        prepare(fresh, box.dir);
        renameSync(fresh, join(scanner.services, "web"));
      };
      put("old");
      const service = scanner.service("web");
      const before = await service.untilRunning();
      await untilSupervised(service);
      const trace = () => readFileSync(join(box.dir, "trace"), "utf8");
      await scanner.until("the old one", () =>
        cmdline(before.pid)[0] === "sleep" ? true : undefined,
      );
      renameSync(service.dir, join(box.dir, "gone"));
      await scanner.until("removal", () => {
        try {
          rmSync(join(box.dir, "gone"), { recursive: true });
          return true;
        } catch {
          return undefined; // its supervisor still writes there
        }
      });
      put("new");
      const after = await service.untilRunning(before.pid);
      await untilSupervised(service);
      await scanner.until("end of the old one", () => (isAlive(before.pid) ? undefined : true));
      await scanner.until("the new one", () =>
        cmdline(after.pid)[0] === "sleep" ? true : undefined,
      );
      assert.equal(service.status().pid, after.pid);
      assert.equal(trace(), "old\nnew\n");
      const { stdout } = await runTool(box, ours, "sv", ["-w9", "down", service.dir]);
      assert.match(stdout, /^ok: down: /);
    });
  }
});
