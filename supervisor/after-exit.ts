/** What the files of a service say about the time after the exit of a process. */
import type { Directory } from "../base/directory.ts";
import type { FailedExec } from "./launcher.ts";
import type { PolicyFiles } from "./policy-files.ts";
import { ALWAYS } from "./restart-rule.ts";
import { canRead } from "./service-files.ts";
import type { ExitedEvent } from "./state.ts";

/** @param failed set if the process was never executed */
export function filesAfterExit(
  home: Directory,
  files: PolicyFiles,
  failed: FailedExec | undefined,
): Pick<ExitedEvent, "problem" | "hasFinish" | "restartPolicy"> {
  const problem = failed?.problem;
  const hasFinish = files.where === "" && canRead(home, "finish");
  const policy = files.restart();
  // A failure that may pass is no exit of the service.
  const mayPass = failed !== undefined && problem === undefined;
  return { problem, hasFinish, restartPolicy: mayPass ? { ...policy, rule: ALWAYS } : policy };
}
