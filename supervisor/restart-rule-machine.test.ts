/** service-machine.ts under a restart rule. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ControlByte } from "../protocol/control.ts";
import fc from "../tests/support/fast-check.ts";
import { beginnings, histories, NEVER, PaperShell } from "../tests/support/paper-shell.ts";
import {
  after,
  control,
  exited,
  RUNNING,
  spawned,
  withoutScript,
} from "../tests/support/service-events.ts";
import { RUNIT_POLICY } from "./restart-policy.ts";
import type { ExitedEvent, Service, ServiceEvent } from "./state.ts";

const ON_FAILURE = { ...RUNIT_POLICY, rule: { exits: [0], starts: "afterOthers" } } as const;
const RARELY = { ...RUNIT_POLICY, rule: NEVER };

/** An exit with code 0, after a long uptime. */
const success = (hasFinish = false, commands: readonly ControlByte[] = []) =>
  exited(20_000, hasFinish, ON_FAILURE, commands);
const startsAgain = ({ starting, want }: Service) => starting !== "idle" && want === "up";

test("a service whose restart rule excludes its exit is down, not wanted up, and has ended for good", () => {
  const [service, effects] = after(RUNNING, success());
  assert.deepEqual([service.phase, service.want, service.starting], ["down", "down", "idle"]);
  assert.deepEqual([service.failed, service.exits.isFinal], [false, true]);
  assert.deepEqual(effects, [{ do: "publish" }, { do: "endedForGood" }]);
  assert.ok(startsAgain(after(service, control("u"))[0]), "a command starts it");
});

test("the exit of ./run counts for the restart rule, not that of ./finish", () => {
  const crash: ExitedEvent = { ...success(true), end: { code: 1, status: 0 } };
  const [service] = after(RUNNING, crash, spawned(43, 20_000), exited(20_001, false, ON_FAILURE));
  assert.ok(startsAgain(service));
});

test("an exit that a command asked for is followed by a start under any restart rule", () => {
  for (const byte of ["t", "k", "i", "q"] as const) {
    const [service] = after(RUNNING, control(byte), withoutScript(byte), success());
    assert.ok(startsAgain(service), byte);
    assert.ok(startsAgain(after(RUNNING, success(false, [byte]))[0]), `${byte}, read late`);
  }
  const vetoed: ServiceEvent = { on: "scriptExited", byte: "t", vetoed: true };
  assert.ok(
    startsAgain(after(RUNNING, control("t"), vetoed, success())[0]),
    "control/t stopped it",
  );
});

test("a start that is asked for after the exit of ./run is not refused", () => {
  const finishing = [success(true), spawned(43, 20_000)] as const;
  const late = exited(20_001, false, ON_FAILURE);
  assert.ok(startsAgain(after(RUNNING, ...finishing, control("u"), late)[0]), "during ./finish");
  assert.ok(startsAgain(after(RUNNING, success(false, ["u"]))[0]), "read with the exit");
  const [once] = after(RUNNING, control("u"), success());
  assert.ok(!startsAgain(once), "but `u` to a service that runs asks for nothing");
});

test("an exit that nobody asked for is not followed by a start after any history, if the rule is never", () => {
  fc.assert(
    fc.property(beginnings, histories, fc.boolean(), ([role, want], history, hasFinish) => {
      const shell = new PaperShell(role, want);
      shell.restartPolicy = RARELY;
      for (const next of history) next(shell);
      const { phase, exitRequested, startRequested, runningScript } = shell.service;
      const isAsked = exitRequested || startRequested || runningScript !== undefined;
      if (phase !== "run" || isAsked || shell.alive.size === 0) return;
      shell.forkFails = false; // or ./finish would start later, as after a group
      shell.leavesGroup = false;
      shell.exit(hasFinish, 2_000);
      const { spawned: before } = shell;
      shell.finishAll();
      assert.equal(shell.spawned, before);
    }),
    { numRuns: 2_000 },
  );
});
