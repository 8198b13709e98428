/** restart-policy: after which exits runsv starts a service again. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { StatusRecord } from "../../../protocol/status.ts";
import { SOON_MS, sv } from "../../support/limit-files.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { testBothWays } from "../../support/scan.ts";
import { ENDING, FOREVER, STUBBORN, sinceMs } from "../../support/service.ts";
import { debian, improved } from "../../support/suite.ts";
import { type Supervised, supervise } from "../../support/supervise.ts";
import { endOf, listed } from "../../support/sv-json.ts";
import { replace } from "../../support/takeover.ts";

/** Ends with the code in ./code, if there is one. */
const CODED = `echo start >>trace; [ ! -e code ] || exit "$(cat code)"; ${FOREVER}`;
const COUNTING = `echo start >>trace; ${FOREVER}`;

const policy = (text: string) => ({ "restart-policy": { text, mode: 0o644 } });

/** Waits until the service is down for good, and checks that nothing starts it. */
async function staysDown(service: Supervised): Promise<StatusRecord> {
  const down = await service.until("end", ({ phase, want }) => phase === "down" && want === "down");
  await service.untilQuiet();
  assert.deepEqual(service.status(), down);
  return down;
}

describe("runsv: restart-policy", { concurrency: 4, ...improved("restart-policy") }, () => {
  test("on-failure: a service starts again unless it exited 0", async (t) => {
    const service = supervise(t, { run: CODED, files: policy("on-failure\n") });
    const { pid } = await service.untilRunning();
    writeFileSync(service.path("code"), "0");
    sendSignal(pid, "SIGKILL");
    await staysDown(service);
    assert.match(service.text("supervise/history"), /^endings 2\nended 0 0 /m);
    assert.match((await sv(service, "status")).stdout, /^down: .*: \d+s, normally up\n$/);
  });

  test("never: a service stays down after any exit that nobody asked for", async (t) => {
    const service = supervise(t, { run: COUNTING, files: policy("never\n") });
    const { pid } = await service.untilRunning();
    sendSignal(pid, "SIGSEGV");
    await staysDown(service);
    const ended = await listed(service);
    assert.deepEqual([ended.restarts, endOf(ended)], [0, "SEGV"]);
  });

  test("exits without a ! are those that a service starts again after", async (t) => {
    const service = supervise(t, { run: COUNTING, files: policy("7 # busy\nUSR1 SIGUSR2\n") });
    let { pid } = await service.untilRunning();
    for (const signal of ["SIGUSR1", "SIGUSR2"] as const) {
      sendSignal(pid, signal);
      ({ pid } = await service.untilRunning(pid));
    }
    sendSignal(pid, "SIGALRM");
    await staysDown(service);
  });

  test("exits with a ! are those that a service does not start again after", async (t) => {
    const service = supervise(t, { run: CODED, files: policy("!3 !SIGTERM\n") });
    let { pid } = await service.untilRunning();
    sendSignal(pid, "SIGUSR1");
    ({ pid } = await service.untilRunning(pid));
    sendSignal(pid, "SIGTERM");
    const down = await staysDown(service);
    writeFileSync(service.path("code"), "3");
    service.control("u");
    await service.until("exit", ({ since }) => sinceMs({ since }) > sinceMs(down));
    await staysDown(service);
  });

  test("an edit counts at the next exit, and the exit of ./finish does not", async (t) => {
    const service = supervise(t, { run: COUNTING, finish: "exit 0", files: policy("never\n") });
    const { pid } = await service.untilRunning();
    writeFileSync(service.path("restart-policy"), "on-failure\n");
    sendSignal(pid, "SIGKILL");
    const next = await service.untilRunning(pid);
    writeFileSync(service.path("restart-policy"), "never\n");
    sendSignal(next.pid, "SIGKILL");
    await staysDown(service);
  });

  test("sv restart and try-restart start a service again, whatever the policy and the exit", async (t) => {
    const { run } = ENDING;
    const service = supervise(t, { run: `trap 'exit 0' TERM; ${run}`, files: policy("never\n") });
    await service.untilLines(1);
    const { pid } = await service.untilRunning();
    assert.match((await sv(service, "-w", "30", "restart")).stdout, /^ok: run: /);
    await service.untilLines(2);
    assert.match((await sv(service, "-w", "30", "try-restart")).stdout, /^ok: run: /);
    assert.notEqual((await service.untilRunning(pid)).pid, pid);
  });

  test("a service starts again after a restart by control/t, which stops it in its own way", async (t) => {
    const service = supervise(t, {
      run: COUNTING,
      control: { t: "kill -USR1 $(cat supervise/pid)" },
      files: policy("never\n"),
    });
    const { pid } = await service.untilRunning();
    service.control("tcu");
    await service.untilRunning(pid);
  });

  test("a service that is commanded up while ./finish runs starts, whatever the policy", async (t) => {
    const service = supervise(t, {
      run: COUNTING,
      finish: "echo >>finishes; until [ -e go ]; do sleep 0.01; done",
      files: policy("never\n"),
    });
    const { pid } = await service.untilRunning();
    sendSignal(pid, "SIGKILL");
    await service.untilLines(1, "finishes");
    service.control("u");
    writeFileSync(service.path("go"), "");
    await service.untilRunning(pid);
  });

  test("sv start reports ok for a service that has succeeded, and a failure for one that has not", async (t) => {
    const service = supervise(t, {
      run: 'sleep 0.2; exit "$(cat code)"',
      check: "exit 1",
      down: true,
      files: { ...policy("never\n"), code: { text: "0", mode: 0o644 } },
    });
    await service.untilSupervised();
    const started = await sv(service, "-w", "60", "start");
    assert.match(started.stdout, /^ok: down: .*: \d+s\n$/);
    assert.equal(started.code, 0);
    writeFileSync(service.path("code"), "3");
    const failed = await sv(service, "-w", "60", "start");
    assert.equal(failed.stdout, `fail: ${service.dir}: ended: code 3, not started again\n`);
    assert.equal(failed.code, 1);
  });

  test("a policy that cannot be understood is reported with its line, and restarts always", async (t) => {
    const service = supervise(t, { run: COUNTING, files: policy("!0\n!PERM\n") });
    const { pid } = await service.untilRunning();
    await service.untilMessage(
      'warning: ./restart-policy: line 2: "!PERM" is not an exit code or a signal.\n',
    );
    sendSignal(pid, "SIGKILL");
    const next = await service.untilRunning(pid);
    writeFileSync(service.path("restart-policy"), "");
    sendSignal(next.pid, "SIGKILL");
    await service.untilMessage('./restart-policy: line 1: "" is not a restart policy.\n');
    await service.untilRunning(next.pid);
  });

  test("a new runsv leaves a service down, and keeps in ./finish that the exit was asked for", async (t) => {
    const service = supervise(t, {
      run: COUNTING,
      finish: "echo >>finishes; [ ! -e wait ] || exec sleep 1000",
      files: { ...policy("never\n"), wait: { text: "", mode: 0o644 } },
    });
    const { pid } = await service.untilRunning();
    await service.untilSupervised();
    service.control("i");
    await service.untilLines(1, "finishes");
    const finish = await service.until("finish", (now) => now.phase === "finish" && now.pid !== 0);
    const next = await replace(service);
    sendSignal(finish.pid, "SIGKILL");
    const again = await next.untilRunning(pid);
    sendSignal(again.pid, "SIGKILL");
    await next.untilLines(2, "finishes");
    const last = await next.until("finish", (now) => now.phase === "finish" && now.pid !== 0);
    const third = await replace(next);
    sendSignal(last.pid, "SIGKILL");
    await staysDown(third);
  });

  test("timeout-kill after a restart is no end that the policy is about", async (t) => {
    const files = { ...policy("never\n"), "timeout-kill": SOON_MS };
    const service = supervise(t, { run: STUBBORN, files });
    await service.untilLines(1);
    const { pid } = await service.untilRunning();
    service.control("t");
    await service.untilRunning(pid);
  });

  test("a log service has no restart policy", async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      log: { run: COUNTING, files: policy("never\n") },
    });
    const { pid } = await service.log.untilRunning();
    sendSignal(pid, "SIGKILL");
    await service.log.untilRunning(pid);
  });
});

const BOTH = improved("restart-policy");

testBothWays("a service that has succeeded stays down", BOTH, async (t, start) => {
  const job = { run: "echo start >>trace; exit 0", files: policy("!0\n") };
  const service = start(t, { job }).service("job");
  await service.untilLines(1);
  await service.until("end", ({ phase, want }) => phase === "down" && want === "down");
});

test("restart-policy means nothing to runit", { skip: debian.missing ?? false }, async (t) => {
  const files = policy("never\n");
  const service = supervise(t, { run: COUNTING, files }, { suite: debian });
  const { pid } = await service.untilRunning();
  sendSignal(pid, "SIGKILL");
  await service.untilRunning(pid);
});
