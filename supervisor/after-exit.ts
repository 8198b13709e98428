/** The event of an exit, with what the files of the service say about the time after it. */
import type { ProcessExit } from "posix";
import type { ControlByte } from "../protocol/control.ts";
import { exitResult } from "../protocol/history.ts";
import { now } from "./clock.ts";
import type { GroupControl } from "./group-control.ts";
import type { FailedExec } from "./launcher.ts";
import type { PolicyFiles } from "./policy-files.ts";
import { ALWAYS } from "./restart-rule.ts";
import { canRead } from "./service-files.ts";
import type { ServiceOwner } from "./service-owner.ts";
import type { ExitedEvent } from "./state.ts";
import type { Takeover } from "./takeover.ts";

interface Exited {
  readonly pid: number;
  /** `undefined` if nobody knows how the process ended. */
  readonly exit: ProcessExit | undefined;
  /** Set if the process had ended before it was taken over. */
  readonly predecessor: Takeover | undefined;
  /** The last process that was never executed. */
  readonly failedExec: FailedExec | undefined;
  readonly group: GroupControl | undefined;
  readonly commands: readonly ControlByte[];
}

export function exitedEvent(
  { home, optionalFiles }: Pick<ServiceOwner, "home" | "optionalFiles">,
  files: PolicyFiles,
  exited: Exited,
): ExitedEvent {
  optionalFiles.expire();
  const { pid, exit, predecessor, failedExec, group, commands } = exited;
  const failed = failedExec?.pid === pid ? failedExec : undefined;
  const problem = failed?.problem;
  const policy = files.restart();
  // A failure that may pass is no exit of the service.
  const mayPass = failed !== undefined && problem === undefined;
  return {
    on: "exited",
    end: exitResult(exit),
    problem,
    hasFinish: files.where === "" && optionalFiles.has("finish") && canRead(home, "finish"),
    hasLeftovers: group?.isLedBy(pid) === true && group.hasLeftovers(predecessor === undefined),
    isCounted: predecessor?.isCounted ?? false,
    restartPolicy: mayPass ? { ...policy, rule: ALWAYS } : policy,
    commands,
    at: now(),
  };
}
