/**
 * The rules that every state of a service keeps, as the table in state.ts has them. Tests check
 * them after every step; the product does not, because a supervisor that stopped at a violation
 * would be worse than one that goes on.
 *
 * Pure: a state in, its violations out.
 */
import { SIGNAL_OF } from "../protocol/control.ts";
import { COMMAND_QUEUE_MAX } from "./command-queue.ts";
import type { PairState } from "./pair-machine.ts";
import { isFullyDown } from "./service-machine.ts";
import type { QueuedCommand, Service } from "./state.ts";

/** Beyond COMMAND_QUEUE_MAX, the queue holds one command of a kind: the signals, resume, d, x. */
const QUEUE_LENGTH_MAX = COMMAND_QUEUE_MAX + Object.keys(SIGNAL_OF).length + 3;

/** @returns a sentence for each rule that the state breaks */
export function invariants(service: Service): string[] {
  const { role, phase, want, pid, starting, runningScript, commandQueue, exited } = service;
  const { termSent, exits, failed, killAtMs, leftovers } = service;
  const hasProcess = phase === "run" && exited === undefined;
  const isStarting = !["idle", "held", "cancelled"].includes(starting);
  const [first] = commandQueue;
  const isAfterStop = runningScript === "d" || runningScript === "x";
  const mayBeKilled = ((hasProcess || leftovers) && termSent) || (phase === "finish" && pid !== 0);
  return violations({
    "a service that is down has no process": phase !== "down" || pid === 0,
    "a service that runs has a process": phase !== "run" || pid !== 0,
    "only a service that is down starts": phase === "down" || starting === "idle",
    "a cancelled start is not wanted": starting !== "cancelled" || want !== "up",
    "a service that failed is down and left so":
      !failed || (phase === "down" && starting === "idle" && want !== "up"),
    "TERM was sent to a process that runs": !termSent || phase === "run",
    "an exit waits only for the script of a stop, or for its process group":
      exited === undefined || isAfterStop || leftovers,
    "a process group is left only by a process that has ended": !leftovers || exited !== undefined,
    "only the exit of ./run waits": exited === undefined || phase === "run",
    "a kill timeout has a process that was asked to end": killAtMs === undefined || mayBeKilled,
    "the script of a signal has a target":
      runningScript === undefined ||
      isAfterStop ||
      runningScript === "targetGone" ||
      (runningScript !== "resume" && hasProcess),
    "a queued signal has a process, or will have one":
      phase === "run" || isStarting || !commandQueue.some(isSignal),
    "the queue waits for a script or for a process":
      first === undefined || runningScript !== undefined || (isSignal(first) && !hasProcess),
    "the queue has a bounded length": commandQueue.length <= QUEUE_LENGTH_MAX,
    "an exit of ./run is counted and dated": exits.count > 0 === (exits.lastAt !== undefined),
    "a log service has no ./finish": phase !== "finish" || role === "main",
    "a log service has no scripts":
      role === "main" ||
      (runningScript === undefined &&
        !["held", "preparing", "cancelled"].includes(starting) &&
        commandQueue.every(isSignal)),
  });
}

/** @returns a sentence for each rule that the two services, or one of them, break */
export function pairInvariants({ main, log, closing, left }: PairState): string[] {
  const isExiting = main.want === "exit" && isFullyDown(main);
  const own = violations({
    "the log service ends once the main service has": closing === undefined || isExiting,
    "a log service that is not there does not end": closing === undefined || log !== undefined,
    "only the end of its input makes a log service exit":
      log?.want !== "exit" || closing !== undefined,
    "a supervisor leaves when both services are down":
      !left || (isExiting && (log === undefined || log.pid === 0)),
  });
  const services = [main, log].filter((service) => service !== undefined);
  const each = services.flatMap((one) => invariants(one).map((text) => `${one.role}: ${text}`));
  return [...own, ...each];
}

function isSignal(command: QueuedCommand): boolean {
  return command !== "d" && command !== "x";
}

function violations(rules: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(rules).flatMap(([rule, holds]) => (holds ? [] : [rule]));
}
