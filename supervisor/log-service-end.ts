/**
 * Ends the log service: closes the log pipe, and stops a log service that does not end by itself.
 * It would wait for the end of its input as long as another process can write there, or it cannot
 * write its log.
 */
import { recordLogDirectory } from "./log-directory.ts";
import type { ServiceController } from "./service-controller.ts";
import type { ServiceOwner } from "./service-owner.ts";

/**
 * How long after its TERM a log service gets KILL if other processes hold its input open and
 * log/timeout-kill sets no limit.
 */
const HELD_LOG_KILL_MS = 5_000;

type LogService = Pick<ServiceController, "killTimeoutMs" | "setKillTimeout">;

/** @param service the log service; `undefined` if there is none */
export function endLogService(owner: ServiceOwner, service: LogService | undefined): void {
  recordLogDirectory(owner);
  owner.logPipe?.end(service?.killTimeoutMs, (reason) => {
    const { closing, log } = owner.state;
    // The exit was taken back, or the log service has ended.
    if (closing === undefined || log === undefined || log.pid === 0) return;
    owner.report.warn(`${reason}, log service gets TERM.`);
    owner.enqueue("log", { on: "control", byte: "t" });
    if (service?.killTimeoutMs === undefined) service?.setKillTimeout(log.pid, HELD_LOG_KILL_MS);
    owner.drain();
  });
}
