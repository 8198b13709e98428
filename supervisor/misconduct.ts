/** Ends a process of ./run that is not ready in time, fails its checks or misses its watchdog. */
import type { Misconduct } from "./readiness-state.ts";
import type { ServiceOwner } from "./service-owner.ts";

/** How long after the signal a process gets KILL that does not respond, without `timeout-kill`. */
const UNRESPONSIVE_KILL_MS = 10_000;

const MISCONDUCT: Readonly<Record<Misconduct, string>> = {
  "timeout-ready": "service is not ready within timeout-ready",
  "check-restart": "./check has failed as often as check-restart allows",
  watchdog: "service has missed its watchdog",
  "WATCHDOG=trigger": "service has triggered its watchdog",
};

export interface KillableService {
  /** How long a process may take after its stop signal; `undefined`: no limit. */
  readonly killTimeoutMs: number | undefined;
  setKillTimeout(pid: number, timeoutMs: number | undefined): void;
}

/** Without `timeout-kill`, only a process that does not respond gets KILL. */
export function endForMisconduct(
  owner: ServiceOwner,
  service: KillableService,
  { pid, because }: { readonly pid: number; readonly because: Misconduct },
): void {
  const signal = because === "watchdog" || because === "WATCHDOG=trigger" ? "ABRT" : "TERM";
  owner.report.warn(`${MISCONDUCT[because]}, service gets ${signal}.`);
  owner.enqueue("main", { on: "unhealthy", pid, signal });
  owner.drain();
  if (because === "timeout-ready") return;
  service.setKillTimeout(pid, service.killTimeoutMs ?? UNRESPONSIVE_KILL_MS);
  owner.drain();
}
