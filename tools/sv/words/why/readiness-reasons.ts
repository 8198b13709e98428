/**
 * What a service that runs lacks to be ready.
 *
 * Pure: facts in, answers out.
 */
import { quoted } from "../../../../base/quoted.ts";
import { spanText } from "../durations.ts";
import { endText, type NameOfSignal } from "../service-info.ts";
import type { Answer, ReadinessReport, SupervisedFacts, UnusableScript } from "./facts.ts";
import { lookCommand } from "./look-command.ts";
import { afterText, ageText, scriptText } from "./phrases.ts";
import { programAnswer } from "./program-reasons.ts";

/** A ./check that takes longer seems to hang. */
const HANGING_S = 2;
const SIGKILL = 9;

export function notReady(facts: SupervisedFacts, signalName: NameOfSignal): Answer | undefined {
  if (facts.live.isReady !== false) return undefined;
  const missing = facts.readiness.map((report) => missingReport(report, facts, signalName));
  const what = missing.length === 0 ? " yet" : `: ${missing.join(", and ")}`;
  const [only] = facts.readiness;
  const isCheck = facts.readiness.length === 1 && only?.file === "check-period";
  const unusable = facts.unusableScripts.find(({ file }) => file === "check");
  if (isCheck && unusable !== undefined) return unusableAnswer(unusable, facts);
  return {
    reason: "not-ready",
    text: `for ${ageText(facts)}, and not ready${what}${boundText(facts)}`,
    command: isCheck ? checkCommand(facts) : lookCommand(facts),
  };
}

/** runsv ends a service that is not ready in time. */
function boundText({ readyTimeoutMs }: SupervisedFacts): string {
  if (readyTimeoutMs === undefined) return "";
  return `; runsv ends it ${afterText(readyTimeoutMs)} (timeout-ready)`;
}

/** runsv runs ./check there. It may hang. */
export function checkCommand({ view, checkTimeoutS }: SupervisedFacts): string {
  const seconds = Math.ceil(checkTimeoutS);
  return `(cd ${quoted(view.directory)} && timeout ${seconds} ./check; echo $?)`;
}

/** What has to come before the service counts as ready. */
function missingReport(
  { file, value }: ReadinessReport,
  facts: SupervisedFacts,
  signalName: NameOfSignal,
): string {
  switch (file) {
    case "check-period":
      return missingSuccess(facts, value, signalName);
    case "notification-fd":
      return `it has to write a newline to descriptor ${value} (notification-fd)`;
    case "notify-socket":
      return "it has to send READY=1 to NOTIFY_SOCKET (notify-socket)";
  }
}

/** Why ./check has not succeeded. */
function missingSuccess(
  { live: { failedCheck }, supervisor, checkTimeoutS }: SupervisedFacts,
  period: string,
  signalName: NameOfSignal,
): string {
  const check = supervisor?.check;
  const limit = spanText(checkTimeoutS);
  if (check?.ageS !== undefined && check.ageS >= Math.min(HANGING_S, checkTimeoutS / 2)) {
    return `${scriptText(check)}, and may take ${limit} (check-timeout)`;
  }
  if (failedCheck === undefined) {
    return `./check has not exited 0 since the start (check-period ${period})`;
  }
  const end = endText(failedCheck, signalName);
  if (failedCheck.code >= 0) {
    return `the last ./check ended with ${end} (check-period ${period})`;
  }
  const isLate = failedCheck.status === SIGKILL;
  return `the last ./check was ${end}${isLate ? `, as runsv does ${afterText(checkTimeoutS * 1_000)} (check-timeout)` : ""}`;
}

export function unusableAnswer(script: UnusableScript, { view }: SupervisedFacts): Answer {
  const { text, command } = programAnswer(view.directory, script, script.file);
  return { reason: `${script.file}-${script.kind}`, text, command };
}
