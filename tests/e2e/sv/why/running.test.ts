/** sv why: what a supervised service with a process is up to. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { children, comm } from "../../../support/procfs.ts";
import { run } from "../../../support/run.ts";
import { sendSignal } from "../../../support/sandbox.ts";
import { scan } from "../../../support/scan.ts";
import { FOREVER, makeService, STUBBORN } from "../../../support/service.ts";
import { asRoot, both } from "../../../support/skip.ts";
import { mounts, smallDisk } from "../../../support/small-disk.ts";
import { debian, improved, ours, tool } from "../../../support/suite.ts";
import { supervise } from "../../../support/supervise.ts";
import { sv, up } from "../../../support/sv.ts";
import { answerOf, untilAnswer } from "../../../support/why.ts";

const HANGING = "echo >>hung; while :; do sleep 1000 & wait; done";

describe("sv why: a service that runs", { concurrency: 4, ...improved("sv-words") }, () => {
  test("sv why finds a service in order, under both supervisors", async (t) => {
    for (const suite of [ours, debian]) {
      if (suite.missing !== undefined) continue;
      const service = supervise(t, { run: FOREVER }, { suite });
      await service.untilRunning();
      assert.equal(await answerOf(service), "running: for Ns (pid N)");
      service.runsv.signal("SIGTERM");
    }
  });

  test("sv why names a service that is paused", async (t) => {
    const service = await up(t, { run: FOREVER });
    service.control("p");
    await service.untilStat("run, paused");
    assert.equal(await answerOf(service), "paused: a command sent it STOP; try: sv cont service");
  });

  test("sv why names a STOP that did not come from the supervisor", async (t) => {
    const service = await up(t, { run: FOREVER });
    const { pid } = await service.untilRunning();
    sendSignal(pid, "SIGSTOP");
    await untilAnswer(
      service,
      (answer) => answer === "running: got STOP, and not from its supervisor; try: sv cont service",
    );
    sendSignal(pid, "SIGCONT");
  });

  test("sv why names a service that does not end, and the limit if there is one", async (t) => {
    const service = await up(t, { run: STUBBORN });
    await service.untilLines(1);
    service.control("d");
    await service.untilStat("run, got TERM, want down");
    assert.equal(
      await answerOf(service),
      "stopping: got TERM, and has not ended yet (no timeout-kill); try: sv force-stop service",
    );
    writeFileSync(service.path("timeout-kill"), "60000\n");
    assert.match(
      await answerOf(service),
      /yet \(timeout-kill 60000\); try: sv force-stop service$/,
    );
  });

  test("sv why names a restart that does not come about", async (t) => {
    const service = await up(t, { run: STUBBORN });
    await service.untilLines(1);
    service.control("t");
    await untilAnswer(
      service,
      (answer) =>
        answer ===
        "stopping: got TERM, and has not ended yet (no timeout-kill); try: sv force-restart service",
    );
  });

  test("sv why names a ./finish that hangs", async (t) => {
    const service = await up(t, { run: FOREVER, finish: HANGING });
    service.control("d");
    await service.untilLines(1, "hung");
    assert.match(
      await answerOf(service),
      /^finishing: \.\/finish has been running for Ns \(no timeout-finish\); try: sv kill service$/,
    );
  });

  test("under runit's runsv, KILL to a ./finish that hangs comes from kill(1)", {
    skip: debian.missing ?? false,
  }, async (t) => {
    const service = supervise(t, { run: FOREVER, finish: HANGING }, { suite: debian });
    await service.untilRunning();
    service.control("d");
    await service.untilLines(1, "hung");
    const { pid } = service.status();
    const answer = await answerOf(service);
    assert.ok(answer.endsWith(`(no timeout-finish); try: kill -KILL ${pid}`), answer);
    sendSignal(pid, "SIGKILL");
    await service.untilStat("down");
  });

  test("sv why names a control script that hangs, and one that executes a program", async (t) => {
    const t1 = await up(t, { run: FOREVER, control: { t: HANGING } });
    t1.control("t");
    await t1.untilLines(1, "hung");
    assert.match(
      await answerOf(t1),
      /^running: control\/t has been running for Ns \(pid N\), and the command that started it waits for its end; try: kill \d+$/,
    );
    const t2 = await up(t, { run: FOREVER, control: { h: "echo >>hung; exec sleep 1000" } });
    t2.control("h");
    await t2.untilLines(1, "hung");
    await untilAnswer(t2, (answer) => answer.includes("running: a script of control/ (sleep) has"));
  });

  test("sv why names a ./run that was changed after the start, and one that was replaced", async (t) => {
    const service = await up(t, { run: FOREVER });
    writeFileSync(service.path("run"), `#!/bin/sh\n\n${FOREVER}\n`);
    const changed =
      "running: ./run was changed Ns ago, and the process is Ns old; try: sv restart service";
    assert.equal(await answerOf(service), changed);
    assert.equal((await sv(service, ["restart", "service"])).code, 0);
    assert.equal(await answerOf(service), "running: for Ns (pid N)");
    // A package keeps the old time of the content.
    const fresh = service.path("run.new");
    writeFileSync(fresh, `#!/bin/sh\n${FOREVER}\n`, { mode: 0o755 });
    utimesSync(fresh, 1_000, 1_000);
    renameSync(fresh, service.path("run"));
    assert.equal(await answerOf(service), changed);
  });

  test("sv why finds a service in order whose ./run got another mode, and says so", async (t) => {
    const service = await up(t, { run: FOREVER });
    chmodSync(service.path("run"), 0o700);
    assert.equal(await answerOf(service), "running: for Ns (pid N)");
    const evidence = async () =>
      /^ {2}changed +(.*)$/m.exec((await sv(service, ["why", "service"])).stdout)?.[1];
    assert.match(
      (await evidence()) ?? "",
      /^the mode or owner of \.\/run, \ds ago: that needs no /,
    );
    writeFileSync(service.path("other"), ""); // so that ./run may be another file
    assert.match(await answerOf(service), /^running: \.\/run was changed /);
    assert.match((await evidence()) ?? "", /^\.\/run, \ds ago: an older file replaced it, or /);
    writeFileSync(service.path("run"), `#!/bin/sh\n\n${FOREVER}\n`);
    assert.match((await evidence()) ?? "", /^the contents of \.\/run, \ds ago$/);
  });

  test("sv why still knows of the change after a takeover", async (t) => {
    const service = await up(t, { run: FOREVER });
    writeFileSync(service.path("run"), `#!/bin/sh\n\n${FOREVER}\n`);
    service.runsv.signal("SIGKILL");
    await service.runsv.exit();
    const next = service.another();
    await next.untilSupervised();
    await next.untilRunning();
    assert.match(await answerOf(next), /^running: \.\/run was changed /);
  });

  test("sv why names a log service that is down", async (t) => {
    const service = await up(t, { run: FOREVER, log: { run: "exit 5" } });
    await untilAnswer(service, (answer) =>
      /^running: nothing reads what it writes: its log service is resting: exit 5 .*; try: cat \S+\/service\/log\/run$/.test(
        answer,
      ),
    );
    const name = "service/log";
    await untilAnswer(service, (answer) => answer.startsWith("resting: exit 5 "), { name });
  });

  test("sv why makes the directory that svlogd lacks, and finds a program that it lacks", async (t) => {
    const env = { PATH: `${ours.bin}:/usr/bin:/bin` };
    const described = { run: FOREVER, log: { run: "exec svlogd -tt ./main" } };
    const service = supervise(t, described, { env });
    const isEnd = (line: string) => line.startsWith("ran ");
    await service.log.untilTrue("crashes", () => {
      return (
        service.log.has("supervise/history") &&
        service.log.lines("supervise/history").filter(isEnd).length >= 3
      );
    });
    const answer = await untilAnswer(service, (one) =>
      one.includes("(line 2 of ./log/run: there is no directory ./main, and svlogd makes none)"),
    );
    const [, command = ""] = answer.split("; try: ");
    assert.equal(command, `mkdir -p ${service.path("log/main")}`);
    const name = "service/log";
    await untilAnswer(service, (one) => one.endsWith(`; try: ${command}`), { name });
    const { stdout } = await sv(service, ["why", name]);
    assert.ok(!stdout.includes("keep-output"), "which is for main services");
    await run(service.box, ["sh", "-c", command]);
    await service.log.untilRunning();
    assert.equal(await answerOf(service), "running: for Ns (pid N)");
    assert.match(
      await answerOf(service, { name }),
      /^running: for Ns \(pid N\); before that died \d+ times: at last exit 111 /,
    );
  });

  test("sv why gives svlogd its directory", both(asRoot, improved("sv-words")), async (t) => {
    const env = { PATH: `${ours.bin}:/usr/bin:/bin` };
    const log = { run: "exec chpst -u nobody svlogd main", files: { "main/config": "" } };
    const service = supervise(t, { run: FOREVER, log }, { env });
    chmodSync(service.box.dir, 0o755);
    const answer = await untilAnswer(service, (one) =>
      one.includes("(line 2 of ./log/run: user nobody may not write to main)"),
    );
    const [, command = ""] = answer.split("; try: ");
    assert.equal(command, `chown nobody ${service.path("log/main")}`);
    await run(service.box, ["sh", "-c", command]);
    await service.log.untilRunning();
    await untilAnswer(service, (one) => one === "running: for Ns (pid N)");
  });

  const onDisk = both({ skip: mounts }, improved("sv-words"));
  test("sv why names a log that is full, which holds up its service", onDisk, async (t) => {
    const disk = smallDisk(t, 65_536);
    const env = { PATH: `${ours.bin}:/usr/bin:/bin` };
    const described = { run: "exec yes", log: { run: `exec svlogd ${disk}` } };
    const service = supervise(t, described, { env });
    await untilAnswer(
      service,
      (answer) =>
        answer ===
        "running: it is held up by its log service, which does not read its output: " +
          `a full disk?; try: df ${disk}`,
    );
  });

  test("sv why and sv logs name a log service that was added later", async (t) => {
    const service = await up(t, { run: FOREVER });
    mkdirSync(service.path("log"));
    writeFileSync(service.path("log/run"), "#!/bin/sh\nexec cat >>trace\n", { mode: 0o755 });
    assert.equal(
      await answerOf(service),
      "running: log/ was added after the start of its runsv, which reads it only then: " +
        "it has to exit and start again; try: sv exit service",
    );
    const { stdout } = await sv(service, ["why", "service"]);
    assert.match(stdout, /\n {2}log {9}log\/ was added after the start/);
    const { stderr } = await sv(service, ["logs", "service"]);
    assert.match(stderr, /log service was added after .*, and does not run \(sv why service\)\n$/);
  });

  test("sv why shows the last lines of the log, and nothing that controls a terminal", async (t) => {
    const run = "for n in 1 2 3 4 5 6 7 8 9 10 11; do echo line $n; done; printf '\\033[2J\\n'";
    const log = { run: "mkdir -p main; exec svlogd ./main" };
    const service = supervise(
      t,
      { run: `${run}; echo >trace; exec sleep 1000`, log },
      { env: { PATH: `${ours.bin}:/usr/bin:/bin` } },
    );
    await service.untilLines(1);
    await service.untilTrue("a log", () => service.text("log/main/current").includes("2J"));
    const { stdout } = await sv(service, ["why", "service"]);
    const output = stdout.slice(stdout.indexOf("\n  output"));
    assert.ok(output.startsWith(`\n  output      ${service.dir}/log/main\n`), stdout);
    assert.match(stdout, /\n {2}log {9}running: for \d+s \(pid \d+\)\n/);
    const lines = output.trimEnd().split("\n").slice(2);
    assert.equal(lines.length, 10);
    assert.deepEqual([lines[0]?.trim(), lines[9]?.trim()], ["line 3", "\\e[2J"]);
  });

  test("sv why names a service that keeps dying", async (t) => {
    const service = await up(t, { run: "sleep .3; exit 9" });
    await untilAnswer(service, (answer) =>
      /^running: died (at least )?\d+ times in the last minute: at last exit 9 .*; try: touch \S+\/service\/keep-output$/.test(
        answer,
      ),
    );
  });

  test("sv why takes crashes for the past once the service has run for a while", async (t) => {
    const run = "echo >>trace; [ $(wc -l <trace) -gt 3 ] && exec sleep 1000; exit 9";
    const service = await up(t, { run });
    await service.untilLines(4);
    await untilAnswer(service, (answer) =>
      answer.startsWith("running: for Ns (pid N); before that died 3 times: at last exit 9 "),
    );
    assert.equal((await sv(service, ["why"])).stdout, "the one service is as it should be\n");
  });

  test("sv why takes a ./run that was not executable for the past", async (t) => {
    const text = `#!/bin/sh\n${FOREVER}\n`;
    const service = supervise(t, { run: { text, mode: 0o644 } });
    const failure = "fatal: unable to start ./run: access denied";
    const failures = () => service.stderr.split(failure).length - 1;
    await service.untilTrue("three failures", () => failures() >= 3);
    chmodSync(service.path("run"), 0o755);
    await service.untilRunning();
    const answer = await untilAnswer(service, (one) => one.includes("before that"));
    assert.match(
      answer,
      /^running: for Ns \(pid N\); before that the former \.\/run died \d+ times: at last exit 111 (at once|after \d\.\ds)$/,
    );
    assert.equal((await sv(service, ["why"])).stdout, "the one service is as it should be\n");
  });

  test("sv why takes crashes of another ./run for the past", async (t) => {
    const service = await up(t, { run: "sleep .1; exit 9" });
    await untilAnswer(service, (answer) => answer.startsWith("running: died "));
    const fresh = service.path("run.new");
    writeFileSync(fresh, `#!/bin/sh\n${FOREVER}\n`, { mode: 0o755 });
    renameSync(fresh, service.path("run"));
    const answer = await untilAnswer(service, (one) => one.includes("; before that "));
    assert.match(
      answer,
      /^running: for Ns \(pid N\); before that the former \.\/run died .*: at last exit 9 after \d\.\ds$/,
    );
  });

  test("sv why names a supervisor that is stopped", async (t) => {
    for (const described of [{ run: FOREVER }, { run: FOREVER, down: true }]) {
      const service = supervise(t, described);
      await service.untilSupervised();
      service.runsv.signal("SIGSTOP");
      await untilAnswer(service, (answer) =>
        answer.endsWith(
          ": its supervisor (pid N) is stopped by a signal, and does nothing; " +
            `try: kill -CONT ${service.runsv.pid}`,
        ),
      );
      service.runsv.signal("SIGCONT");
    }
  });

  test("sv why says that runsvdir has ended if its supervisors go on", async (t) => {
    const tree = scan(t, { web: { run: FOREVER } });
    await tree.service("web").untilRunning();
    const env = { SVDIR: tree.services };
    const why = async () => (await run(tree.box, [tool(ours, "sv"), "why"], { env })).stdout;
    assert.equal(await why(), "the one service is as it should be\n");
    tree.runsvdir.signal("SIGKILL");
    await tree.runsvdir.exit();
    assert.equal(
      await why(),
      `no runsvdir looks after ${tree.services}: nothing starts a supervisor that ends again; ` +
        `try: runsvdir ${tree.services}\n`,
    );
  });

  test("sv why names a service that is not started again", async (t) => {
    const service = supervise(t, { run: FOREVER, down: true });
    await service.untilSupervised();
    service.control("o");
    await service.untilRunning();
    assert.match(await answerOf(service), /^running: for Ns/);
    assert.equal((await sv(service, ["why"])).stdout, "the one service is as it should be\n");
  });

  test("sv why shows the processes below the service", async (t) => {
    const service = await up(t, { run: "sleep 1000 & sleep 1000 & echo >trace; wait" });
    await service.untilLines(1);
    const { pid } = service.status();
    // A child is a copy of the shell until it executes sleep.
    await service.untilTrue("both", () => children(pid).every((one) => comm(one) === "sleep"));
    const { stdout } = await sv(service, ["why", "service"]);
    assert.match(stdout, /\n {2}below it {4}sleep \(\d+\), sleep \(\d+\)\n/);
    assert.match(stdout, new RegExp(`\\n {2}supervisor {2}pid ${service.runsv.pid}\\n`));
  });

  test("sv why names the runsv that has taken over, not runsvdir above the process", async (t) => {
    const tree = scan(t, { web: { run: FOREVER } });
    const service = tree.service("web");
    await service.untilRunning();
    const killed = await tree.untilRunsv("web");
    sendSignal(killed, "SIGKILL");
    const runsv = await tree.untilRunsv("web", killed);
    await service.untilSupervised();
    const env = { SVDIR: tree.services };
    const { stdout } = await run(tree.box, [tool(ours, "sv"), "why", "web"], { env });
    assert.match(stdout, /^web: running: for \d+s \(pid \d+\)\n/);
    assert.match(stdout, new RegExp(`\\n {2}supervisor {2}pid ${runsv}\\n`));
  });

  test("sv why shows how the last runs ended, also those before a takeover", async (t) => {
    const run = "n=$(wc -l <trace); echo >>trace; [ $n = 0 ] && exit 3; [ $n = 1 ] && exit 4";
    const service = await up(t, { run: `${run}\nexec sleep 1000`, files: { trace: "" } });
    await service.untilLines(3);
    await service.untilRunning();
    service.runsv.signal("SIGKILL");
    await service.runsv.exit();
    const next = service.another();
    await next.untilSupervised();
    const { stdout } = await sv(next, ["why", "service"]);
    assert.match(stdout, /\n {2}ended {7}exit 4 .*\n {14}exit 3 /);
  });

  test("sv why says how many ends there were if it shows the last ones", async (t) => {
    const service = await up(t, { run: FOREVER });
    for (let count = 0; count < 17; count += 1) {
      const { pid } = await service.untilRunning();
      service.control("t");
      await service.untilRunning(pid);
    }
    const { stdout } = await sv(service, ["why", "service"]);
    assert.match(stdout, /\n {2}ended {7}17 times in all; of the last 16:\n {14}16 times: .*TERM/);
  });

  test("sv why names a service that is not ready, because its check fails", async (t) => {
    const files = { "check-period": "1000", code: "7" };
    const check = "[ -e ok ] || exit $(cat code)";
    const service = await up(t, { run: FOREVER, check, files });
    const notReady = "starting: for Ns, and not ready: the last ./check";
    const ended = (code: number) => `${notReady} ended with exit ${code} (check-period `;
    await untilAnswer(service, (answer) => answer.startsWith(ended(7)));
    const [, command = ""] = (await answerOf(service)).split("; try: ");
    assert.equal((await run(service.box, ["sh", "-c", command])).stdout, "7\n");
    writeFileSync(service.path("code"), "9");
    await untilAnswer(service, (answer) => answer.startsWith(ended(9)));
    chmodSync(service.path("check"), 0o644);
    const unusable = `starting: ./check is not executable; try: chmod +x ${service.path("check")}`;
    assert.equal(await answerOf(service), unusable);
    chmodSync(service.path("check"), 0o755);
    writeFileSync(service.path("check"), "#!/bin/sh\n[ -e ok ] || kill -9 $$\n");
    const killed = `${notReady} was killed by KILL, as runsv does after Ns (check-timeout)`;
    await untilAnswer(service, (answer) => answer.startsWith(killed));
    writeFileSync(service.path("ok"), "");
    await untilAnswer(service, (answer) => answer === "running: for Ns, ready (pid N)");
  });

  test("sv why names the reports of readiness that a service has not made", async (t) => {
    const files = { "notification-fd": "3", "notify-socket": "" };
    const service = await up(t, { run: FOREVER, files });
    await untilAnswer(
      service,
      (answer) =>
        answer ===
        "starting: for Ns, and not ready: it has to write a newline to descriptor 3 " +
          "(notification-fd), and it has to send READY=1 to NOTIFY_SOCKET (notify-socket); " +
          `try: cat ${service.path("run")}`,
    );
  });

  test("sv why says that timeout-ready ends a service that is not ready", async (t) => {
    const files = { "notification-fd": "3", "timeout-ready": "60000" };
    const service = await up(t, { run: FOREVER, files });
    const bound = "(notification-fd); runsv ends it after Ns (timeout-ready); try: cat ";
    await untilAnswer(service, (answer) => answer.includes(bound));
    const { stdout } = await sv(service, ["why", "service"]);
    assert.match(stdout, /\n {2}limits +timeout-ready 60000\n/);
  });

  test("sv why takes no ./check for a script of control/", async (t) => {
    const files = { "check-period": "60000" };
    const check = "exec 3<>waits; echo >>checks; read -r line <&3; exec sleep 1000";
    const service = await up(t, { run: FOREVER, check: `mkfifo waits; ${check}`, files });
    await service.untilTrue("check", () => service.has("checks"));
    writeFileSync(service.path("waits"), "on\n");
    const isSleep = (pid: number) => comm(pid) === "sleep";
    await service.untilTrue("exec", () => children(service.runsv.pid).filter(isSleep).length === 2);
    assert.match(await answerOf(service), /^starting: for Ns, and not ready: /);
  });

  test("sv why names a supervisor in another directory", async (t) => {
    const service = await up(t, { run: FOREVER });
    renameSync(service.dir, join(service.box.dir, "former"));
    makeService(service.dir, { run: FOREVER });
    assert.match(
      await answerOf(service),
      /^unsupervised: the directory was replaced, and its supervisor \(pid N\) looks after the former one; try: kill -TERM \d+$/,
    );
    assert.ok(children(service.runsv.pid).length > 0);
  });
});
