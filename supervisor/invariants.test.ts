import assert from "node:assert/strict";
import { test } from "node:test";
import { after, control, DOWN, exited, RUNNING } from "../tests/support/service-events.ts";
import { invariants, pairInvariants } from "./invariants.ts";
import { newService, type Service } from "./state.ts";

test("a legal state breaks no rule", () => {
  for (const service of [DOWN, RUNNING, after(RUNNING, control("d"), exited(12_000, true))[0]]) {
    assert.deepEqual(invariants(service), []);
  }
});

test("an illegal state breaks the rule that names it", () => {
  const illegal: readonly (readonly [Service, string])[] = [
    [{ ...DOWN, pid: 42 }, "a service that is down has no process"],
    [{ ...RUNNING, pid: 0 }, "a service that runs has a process"],
    [{ ...RUNNING, starting: "spawning" }, "only a service that is down starts"],
    [{ ...DOWN, want: "up", starting: "cancelled" }, "a cancelled start is not wanted"],
    [{ ...DOWN, want: "up", failed: true }, "a service that failed is down and left so"],
    [{ ...DOWN, termSent: true }, "TERM was sent to a process that runs"],
    [{ ...RUNNING, killAtMs: 1 }, "a kill timeout has a process that was asked to end"],
    [{ ...DOWN, runningScript: "h" }, "the script of a signal has a target"],
    [{ ...RUNNING, commandQueue: ["h"] }, "the queue waits for a script or for a process"],
  ];
  for (const [service, rule] of illegal) assert.deepEqual(invariants(service), [rule]);
});

test("a log service that exits by command breaks a rule of the pair", () => {
  const log: Service = { ...newService("log", "up", { unix: DOWN.since, monotonicMs: 0 }) };
  const state = {
    main: DOWN,
    log: { ...log, want: "exit" },
    closing: undefined,
    left: false,
    isFinal: false,
  } as const;
  assert.deepEqual(pairInvariants(state), ["only the end of its input makes a log service exit"]);
});
