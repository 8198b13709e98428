/** Events for service-machine.ts, and services in some of its states. */
import type { ControlByte } from "../../protocol/control.ts";
import { RUNIT_POLICY } from "../../supervisor/restart-policy.ts";
import { step } from "../../supervisor/service-machine.ts";
import {
  type ExitedEvent,
  type Moment,
  newService,
  type Service,
  type ServiceEffect,
  type ServiceEvent,
} from "../../supervisor/state.ts";

export const at = (monotonicMs: number): Moment => ({
  unix: { seconds: Math.floor(monotonicMs / 1_000), nanoseconds: 0 },
  monotonicMs,
});

export const control = (byte: ControlByte): ServiceEvent => ({ on: "control", byte });

export const spawned = (pid: number, nowMs: number): ServiceEvent => ({
  on: "spawned",
  pid,
  at: at(nowMs),
});

export const exited = (
  nowMs: number,
  hasFinish = false,
  restartPolicy = RUNIT_POLICY,
  commands: readonly ControlByte[] = [],
): ExitedEvent => ({
  on: "exited",
  end: { code: 0, status: 0 },
  problem: undefined,
  hasFinish,
  hasLeftovers: false,
  isCounted: false,
  restartPolicy,
  commands,
  at: at(nowMs),
});

/** An exit after a long uptime; the commands were given before it, and are read after it. */
export const exitedAfter = (...commands: ControlByte[]) =>
  exited(20_000, false, RUNIT_POLICY, commands);

/** There is no control script for the byte. */
export const withoutScript = (byte: ControlByte): ServiceEvent => ({
  on: "scriptExited",
  byte,
  vetoed: false,
});

export const killTimeoutSet = (pid: number, timeoutMs: number, nowMs: number): ServiceEvent => ({
  on: "killTimeoutSet",
  pid,
  timeoutMs,
  at: at(nowMs),
});

/** The service after the events, and all their effects. */
export function after(
  service: Service,
  ...events: readonly ServiceEvent[]
): [Service, ServiceEffect[]] {
  const effects: ServiceEffect[] = [];
  let now = service;
  for (const event of events) {
    const [next, more] = step(now, event);
    now = next;
    effects.push(...more);
  }
  return [now, effects];
}

export const effectsOf = (service: Service, ...events: readonly ServiceEvent[]) =>
  after(service, ...events)[1];

export const without = (effects: readonly ServiceEffect[], left: ServiceEffect["do"]) =>
  effects.filter((effect) => effect.do !== left);

export const DOWN = newService("main", "down", at(0));
export const UP = newService("main", "up", at(0));
/** Started ten seconds after the start of the clock, as process 42. */
export const [RUNNING] = after(UP, { on: "initialized" }, withoutScript("u"), spawned(42, 10_000));
