/** sv, as a whole: against services that our own runsv supervises. */
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { isAlive, kinship } from "../support/procfs.ts";
import { run, runTool } from "../support/run.ts";
import { sandbox } from "../support/sandbox.ts";
import { scan } from "../support/scan.ts";
import { FOREVER, makeService, REPORTER, STUBBORN } from "../support/service.ts";
import { improved, originalInPlace, ours, tool } from "../support/suite.ts";
import { type Supervised, supervise } from "../support/supervise.ts";
import { mask, say, sv, up, withoutPath } from "../support/sv.ts";

describe("sv status", { concurrency: 4 }, () => {
  test("tells state, name, pid and age", async (t) => {
    const service = await up(t, { run: FOREVER });
    const { pid } = service.status();
    const { code, stdout, stderr } = await sv(service, ["status", "service"]);
    assert.match(stdout, new RegExp(`^run: service: \\(pid ${pid}\\) \\d+s\\n$`));
    assert.deepEqual([code, stderr], [0, ""]);
  });

  test("tells of the log service behind a semicolon", async (t) => {
    const service = await up(t, { run: FOREVER, log: { run: FOREVER } });
    await service.log.untilRunning();
    const said = await say(service, ["status", "service"]);
    assert.equal(said, "run: service: (pid N) Ns; run: log: (pid N) Ns\n0");
  });

  test("tells what is unlike the normal and the wanted state", async (t) => {
    const normallyDown = await up(t, { run: STUBBORN, down: true });
    const status = (service: Supervised) => say(service, ["status", "service"]);
    assert.equal(await status(normallyDown), "down: service: Ns\n0");
    normallyDown.control("u");
    await normallyDown.untilLines(1);
    assert.equal(await status(normallyDown), "run: service: (pid N) Ns, normally down\n0");
    normallyDown.control("pd");
    await normallyDown.untilStat("run, paused, got TERM, want down");
    assert.equal(
      await status(normallyDown),
      "run: service: (pid N) Ns, normally down, paused, want down, got TERM\n0",
    );

    const normallyUp = await up(t, { run: FOREVER });
    normallyUp.control("d");
    await normallyUp.untilStat("down");
    assert.equal(await status(normallyUp), "down: service: Ns, normally up\n0");
  });

  test("tells that a service rests that is wanted up", async (t) => {
    const service = supervise(t, { run: "exit 1" });
    await service.until("rest", ({ phase, pid }) => phase === "down" && pid === 0);
    const said = await say(service, ["status", "service"]);
    assert.equal(said, "down: service: Ns, normally up, want up\n0");
  });

  test("tells that ./finish runs", async (t) => {
    const service = supervise(t, { run: "exit 1", finish: FOREVER });
    await service.until("finish", ({ phase, pid }) => phase === "finish" && pid !== 0);
    assert.equal(await say(service, ["status", "service"]), "finish: service: (pid N) Ns\n0");
  });

  test("never shows a service as running whose runsv was killed", async (t) => {
    const service = await up(t, { run: FOREVER });
    const { pid } = service.status();
    service.runsv.signal("SIGKILL");
    await service.runsv.exit();
    assert.ok(isAlive(pid) && service.stat() === "run", "all but runsv still says so");
    assert.equal(await say(service, ["status", "service"]), "fail: service: runsv not running\n1");
    assert.equal(await say(service, ["start", "service"]), "fail: service: runsv not running\n1");
  });

  test("fails for what is no service directory, and says why", async (t) => {
    const service = await up(t, { run: FOREVER });
    mkdirSync(join(service.box.dir, "bare"));
    writeFileSync(join(service.box.dir, "file"), "");
    assert.equal(
      withoutPath(await say(service, ["status", "nowhere", "bare", "service", "file"])),
      "fail: nowhere: unable to change to service directory: file does not exist\n" +
        "warning: bare: unable to open supervise/ok: file does not exist\n" +
        "run: service: (pid N) Ns\n" +
        "fail: file: unable to change to service directory: not a directory\n3",
    );
  });

  test("refuses a record of another length", async (t) => {
    const service = await up(t, { run: FOREVER });
    writeFileSync(service.path("supervise/status"), "0123456789");
    assert.equal(
      await say(service, ["status", "service"]),
      "warning: service: unable to read supervise/status: bad format\n1",
    );
  });

  test(
    "refuses a record that is too long, or with a state unknown",
    improved("sv-status-format"),
    async (t) => {
      const service = await up(t, { run: FOREVER });
      const badFormat = "warning: service: unable to read supervise/status: bad format\n1";
      appendFileSync(service.path("supervise/status"), "!");
      assert.equal(await say(service, ["status", "service"]), badFormat);
      writeFileSync(service.path("supervise/status"), Buffer.alloc(20, 7));
      assert.equal(await say(service, ["status", "service"]), badFormat);
    },
  );

  test(
    "does not tell the service's own state for a log that is not supervised",
    improved("sv-log-status"),
    async (t) => {
      const service = await up(t, { run: FOREVER });
      mkdirSync(service.path("log"));
      const { code, stdout } = await sv(service, ["status", "service"]);
      assert.match(stdout, /^run: service: \(pid \d+\) \d+s; /);
      assert.doesNotMatch(stdout, /: log: \(pid/);
      assert.match(stdout, /service\/log: unable to open supervise\/ok: file does not exist/);
      assert.equal(code, 1);
    },
  );
});

describe("sv names", { concurrency: 4 }, () => {
  const NAMES = ["service", "./service", "service/", "./service/", "./x/../service", "../service"];
  for (const name of NAMES) {
    test(`finds a service called ${name}`, async (t) => {
      const service = await up(t, { run: FOREVER });
      const cwd = join(service.box.dir, "elsewhere");
      mkdirSync(join(service.box.dir, "x"));
      mkdirSync(cwd);
      const from = name === "../service" ? { cwd } : {};
      assert.equal(await say(service, ["status", name], from), `run: ${name}: (pid N) Ns\n0`);
    });
  }

  test("finds a service by its absolute path, whatever SVDIR is", async (t) => {
    const service = await up(t, { run: FOREVER });
    const said = await say(service, ["status", service.dir], { env: { SVDIR: "/nowhere" } });
    assert.equal(said, `run: ${service.dir}: (pid N) Ns\n0`);
  });

  test("finds a log service below its service", async (t) => {
    const service = await up(t, { run: FOREVER, log: { run: FOREVER } });
    await service.log.untilRunning();
    assert.equal(await say(service, ["status", "service/log"]), "run: service/log: (pid N) Ns\n0");
    assert.equal(
      await say(service, ["stop", "service/log"]),
      "ok: down: service/log: Ns, normally up\n0",
    );
  });

  test("finds nothing when SVDIR is empty", async (t) => {
    const service = await up(t, { run: FOREVER });
    const said = await say(service, ["status", "service"], { env: { SVDIR: "" } });
    assert.equal(
      said,
      "fail: service: unable to change to service directory: file does not exist\n1",
    );
  });

  test(
    "with a slash behind are found also while waiting",
    improved("sv-trailing-slash"),
    async (t) => {
      const service = await up(t, { run: FOREVER, down: true });
      const elsewhere = { env: { SVDIR: "/nowhere" } };
      assert.equal(
        await say(service, ["start", "service/"], elsewhere),
        "ok: run: service/: (pid N) Ns, normally down\n0",
      );
      assert.equal(
        await say(service, ["stop", "service/"], elsewhere),
        "ok: down: service/: Ns\n0",
      );
    },
  );

  test("may hold bytes that are no UTF-8", async (t) => {
    const service = await up(t, { run: FOREVER });
    symlinkSync(
      "service",
      Buffer.concat([Buffer.from(`${service.box.dir}/`), Buffer.from([0xff])]),
    );
    const shell = `${tool(ours, "sv")} status "$(printf '\\377')" | od -An -c | tr -d ' \\n'`;
    const { stdout } = await run(service.box, ["sh", "-c", shell], {
      env: { SVDIR: service.box.dir },
    });
    assert.match(stdout, /^run:377:\(pid\d+\)\d+s\\n$/);
  });
});

describe("sv start, stop and restart", { concurrency: 4 }, () => {
  test("start waits until the service runs", async (t) => {
    const service = await up(t, { run: FOREVER, down: true });
    assert.equal(
      await say(service, ["start", "service"]),
      "ok: run: service: (pid N) Ns, normally down\n0",
    );
    assert.ok(isAlive(service.status().pid));
  });

  test("start waits until ./check is content", async (t) => {
    const service = await up(t, {
      run: FOREVER,
      down: true,
      check: "echo check >>trace; test -e ready",
    });
    const starting = say(service, ["start", "service"]);
    await service.untilLines(2);
    writeFileSync(service.path("ready"), "");
    assert.equal(await starting, "ok: run: service: (pid N) Ns, normally down\n0");
  });

  test("start asks ./check again soon", improved("sv-check-async"), async (t) => {
    // Four times no: the original, which asks every 420 ms, would be at it for more than 1.42 seconds.
    const check = 'echo check >>trace; test "$(wc -l <trace)" -ge 5';
    const service = await up(t, { run: FOREVER, down: true, check });
    assert.equal(
      await say(service, ["-w1", "start", "service"]),
      "ok: run: service: (pid N) Ns, normally down\n0",
    );
  });

  test("start gives up after the time that -w tells", async (t) => {
    const service = await up(t, { run: FOREVER, check: "exit 1" });
    const startMs = performance.now();
    assert.equal(
      await say(service, ["-w1", "start", "service"]),
      "timeout: run: service: (pid N) Ns\n1",
    );
    assert.ok(performance.now() - startMs >= 1_000);
  });

  test("stop waits until the service and its ./finish have ended", async (t) => {
    const finish = "while [ ! -e go ]; do sleep .02; done";
    const service = await up(t, { run: FOREVER, finish });
    const stopping = say(service, ["stop", "service"]);
    await service.untilStat("finish, want down");
    writeFileSync(service.path("go"), "");
    assert.equal(await stopping, "ok: down: service: Ns, normally up\n0");
  });

  test("stop gives up on a service that does not end", async (t) => {
    const service = await up(t, { run: STUBBORN });
    await service.untilLines(1);
    assert.equal(
      await say(service, ["-w1", "stop", "service"]),
      "timeout: run: service: (pid N) Ns, want down, got TERM\n1",
    );
  });

  test("stop waits for as long as SVWAIT tells", async (t) => {
    const service = await up(t, { run: STUBBORN });
    await service.untilLines(1);
    const startMs = performance.now();
    const said = await say(service, ["stop", "service"], { env: { SVWAIT: "1" } });
    assert.equal(said, "timeout: run: service: (pid N) Ns, want down, got TERM\n1");
    const tookMs = performance.now() - startMs;
    assert.ok(tookMs >= 1_000 && tookMs < 6_000, `${tookMs} ms`); // 7 s without SVWAIT
  });

  test("force-stop kills a service that does not end", async (t) => {
    const service = await up(t, { run: STUBBORN });
    await service.untilLines(1);
    const { pid } = service.status();
    assert.equal(
      await say(service, ["-w1", "force-stop", "service"]),
      "kill: run: service: (pid N) Ns, want down, got TERM\n1",
    );
    await service.untilStat("down");
    assert.ok(!isAlive(pid));
  });

  test(
    "stop is done only once the service is wanted down",
    improved("sv-stop-wants-down"),
    async (t) => {
      const service = supervise(t, { run: "exit 1" });
      await service.until("rest", ({ phase, pid }) => phase === "down" && pid === 0);
      service.runsv.signal("SIGSTOP");
      try {
        await service.untilTrue("stopped runsv", () => kinship(service.runsv.pid)?.state === "T");
        if (service.status().phase !== "down") return t.skip("runsv was stopped too late");
        const { code, stdout } = await sv(service, ["-w1", "stop", "service"]);
        assert.equal(mask(stdout), "timeout: down: service: Ns, normally up, want up\n");
        assert.equal(code, 1);
      } finally {
        service.runsv.signal("SIGCONT");
      }
      await service.until("want down", ({ want }) => want === "down");
      assert.equal(
        await say(service, ["stop", "service"]),
        "ok: down: service: Ns, normally up\n0",
      );
    },
  );

  test("restart waits for another process", async (t) => {
    const service = await up(t, { run: FOREVER });
    const { pid } = service.status();
    await service.untilTrue(
      "a later second",
      () => Date.now() / 1000 - service.status().since.seconds > 1.1,
    );
    assert.equal(await say(service, ["restart", "service"]), "ok: run: service: (pid N) Ns\n0");
    assert.notEqual(service.status().pid, pid);
  });

  test(
    "restart never reports the old process, however young it is",
    improved("sv-restart-new-process"),
    async (t) => {
      const service = await up(t, { run: FOREVER });
      for (let round = 0; round < 8; round++) {
        const { pid } = await service.untilRunning();
        const { code, stdout } = await sv(service, ["restart", "service"]);
        const reported = Number(/\(pid (\d+)\)/.exec(stdout)?.[1]);
        assert.equal(code, 0, stdout);
        assert.notEqual(reported, pid, `round ${round}: ${stdout}`);
        assert.equal(service.status().pid, reported);
      }
    },
  );

  test("restart gives up on a service that does not end", async (t) => {
    const service = await up(t, { run: STUBBORN });
    await service.untilLines(1);
    await service.untilTrue(
      "a later second",
      () => Date.now() / 1000 - service.status().since.seconds > 1.1,
    );
    assert.equal(
      await say(service, ["-w1", "restart", "service"]),
      "timeout: run: service: (pid N) Ns, got TERM\n1",
    );
  });

  test("shutdown and exit end runsv", async (t) => {
    for (const command of ["shutdown", "force-shutdown"]) {
      const service = await up(t, { run: FOREVER });
      assert.equal(await say(service, [command, "service"]), "ok: service: runsv not running\n0");
      assert.equal(await service.exitCode(), 0);
    }
    const service = await up(t, { run: FOREVER });
    assert.equal(await say(service, ["exit", "service"]), "0");
    assert.equal(await service.exitCode(), 0);
  });

  test("shows a service first that is ready first", improved("sv-waits-by-event"), async (t) => {
    const slow = await up(t, { run: FOREVER, check: "exec sleep 1" });
    const fast = await up(t, { run: FOREVER });
    assert.equal(
      await say(fast, ["start", slow.dir, "service"]),
      `ok: run: service: (pid N) Ns\nok: run: ${slow.dir}: (pid N) Ns\n0`,
    );
  });

  test(
    "waits for the supervision of a service that was just linked",
    improved("sv-waits-for-supervision"),
    async (t) => {
      const scanner = scan(t, { web: { run: FOREVER } });
      await scanner.service("web").untilRunning();
      for (let round = 0; round < 5; round++) {
        scanner.add(`new-${round}`, { run: FOREVER });
        const outcome = await runTool(scanner.box, ours, "sv", ["start", `new-${round}`], {
          env: { SVDIR: scanner.services },
        });
        assert.equal(mask(outcome.stdout), `ok: run: new-${round}: (pid N) Ns\n`);
        assert.equal(outcome.code, 0);
      }
    },
  );

  test("force-stop gives a service as long as the original at its latest", async (t) => {
    const service = await up(t, { run: STUBBORN });
    await service.untilLines(1);
    const startMs = performance.now();
    const { code } = await sv(service, ["-w1", "force-stop", "service"]);
    assert.equal(code, 1);
    if (!originalInPlace) assert.ok(performance.now() - startMs >= 1_420);
  });

  test(
    "gives up sooner on a directory that nobody supervises, unless it is told how long to wait",
    improved("sv-waits-for-supervision"),
    async (t) => {
      const box = sandbox(t);
      makeService(join(box.dir, "web"), { run: FOREVER });
      const start = async (...options: string[]) => {
        await runTool(box, ours, "sv", [...options, "start", "web"], { env: { SVDIR: box.dir } });
        return options;
      };
      const [long, short] = [start("-w", "7"), start()];
      assert.deepEqual(await Promise.race([long, short]), []);
      await long;
    },
  );

  test("gives up on a directory that nobody supervises", async (t) => {
    const box = sandbox(t);
    makeService(join(box.dir, "web"), { run: FOREVER });
    const outcome = await runTool(box, ours, "sv", ["-w1", "start", "web"], {
      env: { SVDIR: box.dir },
    });
    assert.equal(
      outcome.stdout,
      "warning: web: unable to open supervise/ok: file does not exist\n",
    );
    assert.equal(outcome.code, 1);
  });
});

describe("sv's short commands", { concurrency: 4 }, () => {
  const SIGNALS = [
    ["hup", "HUP"],
    ["alarm", "ALRM"],
    ["interrupt", "INT"],
    ["quit", "QUIT"],
    ["1", "USR1"],
    ["2", "USR2"],
    ["term", "TERM"],
    ["reload", "HUP"],
  ] as const;
  for (const [command, signal] of SIGNALS) {
    test(`${command} sends ${signal}`, async (t) => {
      const service = await up(t, { run: REPORTER });
      await service.untilLines(1);
      assert.equal((await sv(service, [command, "service"])).code, 0);
      assert.equal((await service.untilLines(2))[1], signal);
    });
  }

  test("say nothing without -v", async (t) => {
    const service = await up(t, { run: FOREVER });
    for (const command of ["pause", "cont", "hup", "down", "up", "once"]) {
      assert.equal(await say(service, [command, "service"]), "0", command);
    }
  });

  test("wait and report with -v", async (t) => {
    const service = await up(t, { run: FOREVER });
    assert.equal(
      await say(service, ["-v", "pause", "service"]),
      "ok: run: service: (pid N) Ns, paused\n0",
    );
    assert.equal(await say(service, ["-v", "cont", "service"]), "ok: run: service: (pid N) Ns\n0");
    assert.equal(
      await say(service, ["-v", "down", "service"]),
      "ok: down: service: Ns, normally up\n0",
    );
    assert.equal(await say(service, ["-v", "up", "service"]), "ok: run: service: (pid N) Ns\n0");
    assert.equal(
      await say(service, ["-v", "once", "service"]),
      "ok: run: service: (pid N) Ns, want down\n0",
    );
    assert.equal(
      await say(service, ["-v", "exit", "service"]),
      "ok: service: runsv not running\n0",
    );
  });

  test("exit is content with a runsv that is not there", async (t) => {
    const service = await up(t, { run: FOREVER });
    service.control("x");
    await service.exitCode();
    assert.equal(await say(service, ["exit", "service"]), "ok: service: runsv not running\n0");
    assert.equal(await say(service, ["up", "service"]), "fail: service: runsv not running\n1");
  });
});

describe("sv check", { concurrency: 4 }, () => {
  test("is content with a service whose ./check is", async (t) => {
    const service = await up(t, { run: FOREVER, check: "exit 0" });
    assert.equal(await say(service, ["check", "service"]), "ok: run: service: (pid N) Ns\n0");
  });

  test("is content with a service that is down and wanted down", async (t) => {
    const service = await up(t, { run: FOREVER, down: true, check: "exit 1" });
    assert.equal(await say(service, ["check", "service"]), "ok: down: service: Ns\n0");
  });

  test("is not content with a service whose ./check is not", async (t) => {
    const service = await up(t, { run: FOREVER, check: "exit 1" });
    assert.equal(
      await say(service, ["-w1", "check", "service"]),
      "timeout: run: service: (pid N) Ns\n1",
    );
  });

  test("runs ./check in the service directory", async (t) => {
    const service = await up(t, { run: FOREVER, check: "echo $0 $PWD >>trace" });
    assert.equal((await sv(service, ["check", "service"])).code, 0);
    assert.equal(service.lines()[0], `check ${service.dir}`);
  });

  test("is not content with a ./check that was killed", improved("sv-check-verdict"), async (t) => {
    const service = await up(t, { run: FOREVER, check: "kill -KILL $$" });
    assert.equal(
      await say(service, ["-w1", "check", "service"]),
      "timeout: run: service: (pid N) Ns\n1",
    );
  });

  test(
    "is not content with a ./check that cannot be executed, and says so",
    improved("sv-check-verdict"),
    async (t) => {
      const service = await up(t, { run: FOREVER, check: { text: "#!/bin/sh\n", mode: 0o644 } });
      const { code, stdout, stderr } = await sv(service, ["-w1", "check", "service"]);
      assert.equal(mask(stdout), "timeout: run: service: (pid N) Ns\n");
      assert.match(stderr, /warning: unable to run service\/check: access denied \(not executable/);
      assert.equal(code, 1);
    },
  );

  test(
    "gives ./check a standard output, and no descriptor of its own",
    improved("sv-check-descriptors"),
    async (t) => {
      const check = [
        'echo output || { echo "no output" >>trace; exit 1; }',
        'for fd in /proc/$$/fd/*; do readlink "$fd" >>links; done',
        "exit 0",
      ].join("\n");
      const service = await up(t, { run: FOREVER, check });
      const { code } = await sv(service, ["-w1", "check", "service"]);
      assert.equal(code, 0, service.lines().join());
      const links = service.lines("links");
      const directories = links.filter((link) => link === service.dir || link === service.box.dir);
      assert.deepEqual(directories, []);
      assert.deepEqual(
        links.filter((link) => /inotify|supervise/.test(link)),
        [],
      );
    },
  );

  test(
    "is not content with a service that should be up and is not",
    improved("sv-check-state"),
    async (t) => {
      const service = supervise(t, {});
      await service.untilSaid("unable to start ./run");
      const { code } = await sv(service, ["-w1", "check", "service"]);
      assert.equal(code, 1);
    },
  );

  test(
    "is not content with a service that keeps failing",
    improved("sv-once-check-failing"),
    async (t) => {
      const service = supervise(t, { run: "exit 1" });
      // Before its first start it is down as well.
      await service.untilTrue("first end", () => service.has("supervise/history"));
      await service.until("rest", ({ phase }) => phase === "down");
      const { code, stdout } = await sv(service, ["-w1", "check", "service"]);
      assert.match(stdout, /^timeout: /);
      assert.equal(code, 1);
    },
  );
});

describe("sv's exit status", { concurrency: 4 }, () => {
  const USAGE = "usage: sv [-v] [-w sec] command service ...\n\n";
  const MISUSES: readonly (readonly string[])[] = [
    [],
    ["status"],
    ["zap", "service"],
    ["start"],
    ["-v"],
    ["-w"],
    ["-x", "status", "service"],
    ["rest", "service"],
    ["force", "service"],
  ];
  for (const args of MISUSES) {
    test(`is 100 for: sv ${args.join(" ")}`, async (t) => {
      const service = await up(t, { run: FOREVER });
      const { code, stdout, stderr } = await sv(service, args);
      assert.ok(stderr.endsWith(USAGE), stderr);
      assert.deepEqual([code, stdout], [100, ""]);
    });
  }

  test("is 100 for -V, which tells the version", async (t) => {
    const { code, stdout, stderr } = await runTool(sandbox(t), ours, "sv", ["-V"]);
    assert.ok(stderr.endsWith(USAGE), stderr);
    assert.equal(stderr.split("\n").length, 4, "one line, and usage");
    assert.deepEqual([code, stdout], [100, ""]);
  });

  test("counts the services that failed, up to 99", async (t) => {
    const service = await up(t, { run: FOREVER });
    const failing = (count: number) => Array.from({ length: count }, () => "nowhere");
    assert.equal((await sv(service, ["status", "service", ...failing(7)])).code, 7);
    assert.equal((await sv(service, ["up", ...failing(99)])).code, 99);
    assert.equal((await sv(service, ["status", ...failing(200)])).code, 99);
  });
});

describe("sv under a service's name", { concurrency: 4 }, () => {
  async function init(service: Supervised, args: readonly string[], name = "service") {
    const link = join(service.box.dir, "init.d", name);
    mkdirSync(join(service.box.dir, "init.d"), { recursive: true });
    symlinkSync(tool(ours, "sv"), link);
    const { code, stdout, stderr } = await run(service.box, [link, ...args], {
      env: { SVDIR: service.box.dir },
    });
    return `${mask(stdout)}${stderr}${code}`;
  }

  test("commands the service of that name", async (t) => {
    const service = await up(t, { run: FOREVER, down: true });
    assert.equal(await init(service, ["start"]), "ok: run: service: (pid N) Ns, normally down\n0");
  });

  test("tells 0 of a running service, 3 of one that is down", async (t) => {
    const running = await up(t, { run: FOREVER });
    assert.equal(await init(running, ["status"]), "run: service: (pid N) Ns\n0");
    const down = await up(t, { run: FOREVER, down: true });
    assert.equal(await init(down, ["status"]), "down: service: Ns\n3");
  });

  test("tells 4 of a service whose state cannot be known", async (t) => {
    const service = await up(t, { run: FOREVER });
    mkdirSync(join(service.box.dir, "bare"));
    assert.equal(
      await init(service, ["status"], "bare"),
      "warning: bare: unable to open supervise/ok: file does not exist\n4",
    );
  });

  test("tells its usage with 2", async (t) => {
    const service = await up(t, { run: FOREVER });
    const said = await init(service, ["zap"]);
    assert.match(said, /usage: \S*service \[-w sec\] command\n\n2$/);
  });

  test("tells 1 when a command failed", async (t) => {
    const service = await up(t, { run: FOREVER });
    assert.equal(
      withoutPath(await init(service, ["start"], "nowhere")),
      "fail: nowhere: unable to change to service directory: file does not exist\n1",
    );
  });
});
