/** notification-fd: a service is ready once it has written a newline to that descriptor. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { openFiles } from "../../support/procfs.ts";
import { go, isReady, makeGo, untilNotReady, untilReady } from "../../support/readiness.ts";
import { testBothWays } from "../../support/scan.ts";
import { FOREVER } from "../../support/service.ts";
import { debian, improved } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";
import { say, sv } from "../../support/sv.ts";
import { listed } from "../../support/sv-json.ts";

const files = { "notification-fd": "3\n" };
/** Reports when the test says so. */
const run = `read _ <go; echo up >&3; ${FOREVER}`;
const prepare = makeGo;

describe("notification-fd", { concurrency: 4, ...improved("readiness") }, () => {
  test("a service is not ready before its newline, and is ready from then on", async (t) => {
    const service = supervise(t, { run, files }, { prepare });
    await untilNotReady(service);
    const status = () => say(service, ["status", "service"]);
    assert.equal(await status(), "run: service: (pid N) Ns, not ready\n0");
    await go(service);
    const { readyAt } = await untilReady(service);
    assert.equal(await status(), "run: service: (pid N) Ns, ready Ns\n0");
    assert.ok((readyAt?.seconds ?? 0) >= service.status().since.seconds);
  });

  test("readiness ends with the process, and with its TERM", async (t) => {
    const stubborn = `trap "" TERM; echo >&3; ${FOREVER}`;
    const service = supervise(t, { run: stubborn, files });
    const { pid } = await untilReady(service);
    service.control("t");
    await service.untilStat("run, got TERM");
    await untilNotReady(service);
    assert.equal(
      await say(service, ["status", "service"]),
      "run: service: (pid N) Ns, got TERM, not ready\n0",
    );
    service.control("kd");
    await service.untilStat("down");
    await service.untilTrue("no file", () => !service.has("supervise/ready"));
    service.control("u");
    const again = await untilReady(service);
    assert.notEqual(again.pid, pid);
  });

  for (const word of ["start", "restart", "once", "check"]) {
    test(`sv ${word} waits until the service is ready`, async (t) => {
      const isDown = word === "start" || word === "once";
      const service = supervise(t, { run, files, down: isDown }, { prepare });
      await service.untilSupervised();
      if (!isDown) await untilNotReady(service);
      const { pid } = service.status();
      const outcome = sv(service, ["-w60", word, "service"]);
      await service.untilTrue("process", () => {
        const now = service.status();
        return now.pid !== 0 && (word === "check" || now.pid !== pid);
      });
      await untilNotReady(service);
      await go(service);
      const { code, stdout } = await outcome;
      assert.match(
        stdout,
        /^ok: run: service: \(pid \d+\) \d+s(, normally down)?(, want down)?, ready \d+s\n$/,
      );
      assert.equal(code, 0);
      assert.ok(isReady(service));
    });
  }

  test("sv start times out if the service is not ready", async (t) => {
    const service = supervise(t, { run: FOREVER, files });
    await untilNotReady(service);
    assert.equal(
      await say(service, ["-w1", "start", "service"]),
      "timeout: run: service: (pid N) Ns, not ready\n1",
    );
  });

  test("a newline may come in parts; what precedes it is ignored", async (t) => {
    const inParts = `exec 4<>go; printf 'a\\0b' >&3; read _ <&4; printf c >&3; echo >>trace; read _ <&4; printf '\\nmore\\n' >&3; ${FOREVER}`;
    const service = supervise(t, { run: inParts, files }, { prepare });
    await untilNotReady(service);
    await go(service);
    await service.untilLines(1);
    await go(service);
    await untilReady(service);
  });

  test("a service that closes its descriptor is never ready, and goes on", async (t) => {
    const closing = `exec 3>&-; echo closed >>trace; ${FOREVER}`;
    const service = supervise(t, { run: closing, files });
    await service.untilLines(1);
    await service.untilQuiet();
    assert.ok(!isReady(service));
    assert.equal(service.stat(), "run");
  });

  test("./run alone gets the descriptor; the supervisor keeps it to the newline", async (t) => {
    const report = (name: string) => `readlink /proc/self/fd/7 >>${name}; true`;
    const service = supervise(t, {
      run: `${report("run.fd")}; echo >&7; ${FOREVER}`,
      finish: report("finish.fd"),
      check: report("check.fd"),
      control: { t: `${report("t.fd")}; false` },
      log: { run: `${report("../log.fd")}; exec cat >/dev/null` },
      files: { "notification-fd": "7" },
    });
    await untilReady(service);
    const pipe = service.lines("run.fd")[0] ?? "";
    assert.match(pipe, /^pipe:/);
    const holdsPipe = () =>
      [...openFiles(service.runsv.pid).values()].some(({ target }) => target === pipe);
    await service.untilTrue("closed descriptor", () => !holdsPipe());
    await sv(service, ["check", "service"]);
    service.control("td");
    await service.untilStat("down");
    for (const name of ["finish.fd", "check.fd", "t.fd", "log.fd"]) {
      assert.ok(!service.lines(name).includes(pipe), `${name}: ${service.text(name)}`);
    }
  });

  test("the log pipe and the descriptor may have each other's numbers", async (t) => {
    for (const number of [3, 4, 5, 6, 7, 8, 9]) {
      const service = supervise(t, {
        run: `echo line; echo >&${number}; ${FOREVER}`,
        log: { run: "exec cat >../logged" },
        files: { "notification-fd": `${number}` },
      });
      await untilReady(service);
      await service.untilLines(1, "logged");
      assert.deepEqual(service.lines("logged"), ["line"]);
    }
  });

  for (const text of ["0", "1", "2", "-3", "three", "3 4", "", "99999999999"]) {
    test(`"${text}" is no descriptor: the service does not report`, async (t) => {
      const service = supervise(t, { run: FOREVER, files: { "notification-fd": text } });
      await service.untilMessage(`./notification-fd: "${text}" is not a descriptor from 3 on.`);
      await service.untilRunning();
      assert.equal(await say(service, ["start", "service"]), "ok: run: service: (pid N) Ns\n0");
    });
  }

  test("beyond the limit on open files, ./run counts as not executable", async (t) => {
    const via = ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh"];
    const description = { run: FOREVER, files: { "notification-fd": "64" } };
    const service = supervise(t, description, { via });
    const problem = "unable to setup descriptor 64 for ./run";
    await service.untilMessage(problem);
    await service.untilStat("down");
    assert.match(String((await listed(service)).problem), new RegExp(problem));
  });

  test("a file that comes, changes or goes counts from the next start on", async (t) => {
    const service = supervise(t, { run: `echo 2>/dev/null >&5; ${FOREVER}` });
    await service.untilRunning();
    writeFileSync(service.path("notification-fd"), "5");
    assert.equal(await say(service, ["status", "service"]), "run: service: (pid N) Ns\n0");
    service.control("t");
    await untilReady(service);
    rmSync(service.path("notification-fd"));
    const { pid } = service.status();
    service.control("t");
    await service.untilRunning(pid);
    await service.untilTrue("no file", () => !service.has("supervise/ready"));
  });

  testBothWays("a service under runsvdir reports readiness", {}, async (t, start) => {
    const makeWebGo = (dir: string) => makeGo(join(dir, "made/web"));
    const service = start(t, { web: { run, files } }, { prepare: makeWebGo }).service("web");
    await untilNotReady(service);
    await go(service);
    await untilReady(service);
  });
});

test("Debian's runsv ignores notification-fd", { skip: debian.missing ?? false }, async (t) => {
  const service = supervise(t, { run: FOREVER, files }, { suite: debian });
  await service.untilRunning();
  assert.ok(!service.has("supervise/ready"));
});
