/**
 * Ends a process that does not do what it has to: the kill timeout after a stop, and the end of a
 * service that is not ready in time, or fails its checks.
 *
 * Pure: like service-machine.ts, a part of which it is.
 */
import { runQueue, withoutSignals } from "./command-queue.ts";
import type { Service, ServiceEffect, ServiceEvent, Transition } from "./state.ts";

const PUBLISH: ServiceEffect = { do: "publish" };

/** No control script runs: it could keep the process alive. */
export function onUnhealthy(
  now: Service,
  { pid, signal: name }: ServiceEvent & { on: "unhealthy" },
): Transition {
  const isOver = now.phase !== "run" || now.exited !== undefined || now.pid !== pid;
  if (isOver || now.termSent) return [now, []];
  return [{ ...now, termSent: true }, [{ do: "signal", pid, signal: name }, PUBLISH]];
}

/** Sets a kill timeout; a second stop does not extend the first. */
export function onKillTimeoutSet(
  now: Service,
  { pid, timeoutMs, at }: ServiceEvent & { on: "killTimeoutSet" },
): Transition {
  const killAtMs = at.monotonicMs + timeoutMs;
  const hasReason = now.termSent || now.phase === "finish"; // TERM also to a group that is left
  const isSooner = now.killAtMs === undefined || killAtMs < now.killAtMs;
  if (now.pid !== pid || !hasReason || !isSooner) return [now, []];
  return [{ ...now, killAtMs }, [{ do: "startKillTimer", delayMs: timeoutMs }]];
}

export function onKillTimeoutExtended(
  now: Service,
  { pid, killAtMs, at }: ServiceEvent & { on: "killTimeoutExtended" },
): Transition {
  const isLater = now.killAtMs !== undefined && killAtMs > now.killAtMs;
  if (now.pid !== pid || !isLater) return [now, []];
  const delayMs = killAtMs - at.monotonicMs;
  return [{ ...now, killAtMs }, [{ do: "startKillTimer", delayMs }]];
}

/** Does not run control/k, which could keep the process alive beyond every limit. */
export function onKillTimeoutExpired(now: Service): Transition {
  if (now.killAtMs === undefined) return [now, []]; // it ended in time
  const kill: ServiceEffect = { do: "signal", pid: now.pid, signal: "KILL" };
  const [next, effects] = runQueue({ ...withoutSignals(now), killAtMs: undefined });
  return [next, [kill, ...effects]];
}
