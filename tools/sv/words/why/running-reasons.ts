/**
 * What a supervised service with a process is up to: the first reason that applies is the answer.
 *
 * Pure: facts in, answers out.
 */
import { quoted, shown } from "../../../../base/quoted.ts";
import { spanText } from "../durations.ts";
import { endText, type NameOfSignal } from "../service-info.ts";
import { type Crashes, recentCrashes } from "./crashes.ts";
import { howEnded, lastRunText, runsOf } from "./endings.ts";
import type {
  Answer,
  ReadinessReport,
  Reason,
  SupervisedFacts,
  UnusableScript,
  WhyFacts,
} from "./facts.ts";
import { lookCommand } from "./look-command.ts";
import {
  ADDED_LOG,
  ageText,
  forText,
  limitsCommand,
  scriptText,
  svCommand,
  timesText,
} from "./phrases.ts";
import { programAnswer } from "./program-reasons.ts";
import { supervisorStopped } from "./supervisor-reasons.ts";

/** A ./check that takes longer seems to hang. */
const HANGING_S = 2;
const SIGKILL = 9;

/** @param answerAboutLog explains the state of a log service */
export function runningReasons(
  signalName: NameOfSignal,
  answerAboutLog: (log: WhyFacts) => Answer,
): readonly Reason[] {
  return [
    supervisorStopped,
    finishing,
    paused,
    scriptHanging,
    stopHeld,
    stopping,
    signalled,
    directoryReplaced,
    (facts) => dying(facts, signalName),
    (facts) => notReady(facts, signalName),
    outOfProcesses,
    runChanged,
    (facts) => logService(facts, answerAboutLog),
    logUnread,
    scriptUnusable,
    waitingInRun,
    once,
    (facts) => running(facts, signalName),
  ];
}

function finishing(facts: SupervisedFacts): Answer | undefined {
  if (facts.live.record.phase !== "finish") return undefined;
  const [finish] = facts.processes;
  const bound = limitOf(facts, "timeout-finish");
  return {
    reason: "finishing",
    text: `./finish has been running${forText(finish?.ageS)}${bound}`,
    // runit's runsv sends nothing to ./finish.
    command: facts.live.isOurs || !finish ? svCommand("kill", facts) : `kill -KILL ${finish.pid}`,
  };
}

function paused(facts: SupervisedFacts): Answer | undefined {
  if (!facts.live.record.paused) return undefined;
  const command = svCommand("cont", facts);
  return { reason: "paused", text: "a command sent it STOP", command };
}

/** A script of control/ decides about a signal. */
function scriptHanging({ supervisor }: SupervisedFacts): Answer | undefined {
  const [script] = supervisor?.scripts ?? [];
  if (script === undefined) return undefined;
  const text = `${scriptText(script)}, and the command that started it waits for its end`;
  return { reason: "script-hanging", text, command: `kill ${script.pid}` };
}

/** It is to stop, and others that need it are to stop first. */
function stopHeld({ live }: SupervisedFacts): Answer | undefined {
  const [first] = live.waitsFor;
  if (first === undefined) return undefined;
  const names = live.waitsFor.map(quoted).join(", ");
  const text = `stops after ${names}`;
  return { reason: "stop-waiting", text, command: `sv why ${quoted(first)}` };
}

function stopping(facts: SupervisedFacts): Answer | undefined {
  const { want, termSent } = facts.live.record;
  if (!termSent) return undefined;
  const bound = limitOf(facts, "timeout-kill");
  const isRestart = want === "up";
  return {
    reason: isRestart ? "restarting" : "stopping",
    text: `got TERM, and has not ended yet${bound}`,
    command: svCommand(isRestart ? "force-restart" : "force-stop", facts),
  };
}

/** Such as ` (timeout-kill 5000)`. */
function limitOf({ limits }: SupervisedFacts, file: string): string {
  const limit = limits.find((each) => each.startsWith(`${file} `));
  return limit === undefined ? ` (no ${file})` : ` (${limit})`;
}

/** The process is stopped, and no command did that. */
function signalled(facts: SupervisedFacts): Answer | undefined {
  const [own] = facts.processes;
  if (own === undefined || !"Tt".includes(own.state)) return undefined;
  const text = own.state === "t" ? "a debugger holds it" : "got STOP, and not from its supervisor";
  return { reason: "stopped-by-signal", text, command: svCommand("cont", facts) };
}

function directoryReplaced(facts: SupervisedFacts): Answer | undefined {
  const { supervisor } = facts;
  if (supervisor?.otherDirectory === undefined) return undefined;
  return {
    reason: "directory-replaced",
    text: `its supervisor (pid ${supervisor.pid}) works in ${shown(supervisor.otherDirectory)}`,
    command: svCommand("exit", facts),
  };
}

function dying(facts: SupervisedFacts, signalName: NameOfSignal): Answer | undefined {
  const crashes = crashesOf(facts);
  if (crashes === undefined || crashes.areOver || facts.isRunNew) return undefined;
  return {
    reason: "dying",
    text: `died ${deathsText(crashes)} in the last minute: at last ${lastRunText(facts, signalName)}`,
    command: lookCommand(facts),
  };
}

function crashesOf(facts: SupervisedFacts): Crashes | undefined {
  const { view, live } = facts;
  return recentCrashes(runsOf(facts), view.now.seconds, live.record.since.seconds);
}

/** Such as `at least 16 times`. */
function deathsText({ count, isLeast }: Crashes): string {
  return `${isLeast ? "at least " : ""}${timesText(count)}`;
}

function notReady(facts: SupervisedFacts, signalName: NameOfSignal): Answer | undefined {
  if (facts.live.isReady !== false) return undefined;
  const missing = facts.readiness.map((report) => missingReport(report, facts, signalName));
  const what = missing.length === 0 ? " yet" : `: ${missing.join(", and ")}`;
  const [only] = facts.readiness;
  const isCheck = facts.readiness.length === 1 && only?.file === "check-period";
  const unusable = facts.unusableScripts.find(({ file }) => file === "check");
  if (isCheck && unusable !== undefined) return unusableAnswer(unusable, facts);
  return {
    reason: "not-ready",
    text: `for ${ageText(facts)}, and not ready${what}`,
    command: isCheck ? checkCommand(facts) : lookCommand(facts),
  };
}

/** runsv runs ./check there. It may hang. */
function checkCommand({ view, checkTimeoutS }: SupervisedFacts): string {
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

/** The limit is reached, and has been in the way before. */
function outOfProcesses({ cgroup }: SupervisedFacts): Answer | undefined {
  const { processLimit, refusedForks = 0 } = cgroup ?? {};
  if (cgroup?.isOwn !== true || processLimit === undefined || refusedForks === 0) return undefined;
  const { count, limit, directory = cgroup.directory } = processLimit;
  if (count < limit) return undefined;
  const use = `${count} of ${limit} are in use`;
  return {
    reason: "out-of-processes",
    text: `out of processes: ${use}, and the kernel has refused ${refusedForks} forks`,
    command: limitsCommand(directory),
  };
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
  return `the last ./check was ${end}${isLate ? `, as after ${limit} (check-timeout)` : ""}`;
}

function runChanged(facts: SupervisedFacts): Answer | undefined {
  const { view, runChange } = facts;
  // After a chmod or chown nothing has to be done; the evidence names it.
  if (runChange === undefined || runChange.what === "attributes") return undefined;
  const ago = spanText(view.now.seconds - runChange.atS);
  return {
    reason: "run-changed",
    text: `./run was changed ${ago} ago, and the process is ${ageText(facts)} old`,
    command: svCommand("restart", facts),
  };
}

/** The service runs, but its log service does not, or this user may not see whether it does. */
function logService(
  facts: SupervisedFacts,
  answerAboutLog: (log: WhyFacts) => Answer,
): Answer | undefined {
  const { log } = facts;
  if (log === undefined) return undefined;
  const { live, failure } = log.view;
  if (failure?.kind === "unsupervised") {
    const command = svCommand("exit", facts);
    return { reason: "log-added", text: ADDED_LOG, command };
  }
  if (failure !== undefined) {
    const text = `its log service cannot be seen: ${shown(failure.text)}`;
    return { reason: "log-service", text, command: answerAboutLog(log).command };
  }
  const { reason, text, command } = answerAboutLog(log);
  if (live?.record.phase === "run") {
    if (reason !== "dying") return undefined;
    return { reason: "log-service", text: `its log service ${text}`, command };
  }
  return {
    reason: "log-service",
    text: `nothing reads what it writes: its log service is ${log.view.summary}: ${text}`,
    command,
  };
}

/** The pipe to the log service is full, and that sleeps: svlogd does if it cannot write. */
function logUnread({ isBlocked, log, output }: SupervisedFacts): Answer | undefined {
  const [logger] = log?.processes ?? [];
  if (!isBlocked || log === undefined || logger?.state !== "S") return undefined;
  const { directory } = output ?? {};
  return {
    reason: "log-blocked",
    text: "it is held up by its log service, which does not read its output: a full disk?",
    command:
      directory === undefined ? `sv why ${quoted(log.view.name)}` : `df ${quoted(directory)}`,
  };
}

function scriptUnusable(facts: SupervisedFacts): Answer | undefined {
  const [first] = facts.unusableScripts;
  return first && unusableAnswer(first, facts);
}

function unusableAnswer(script: UnusableScript, { view }: SupervisedFacts): Answer {
  const { text, command } = programAnswer(view.directory, script, script.file);
  return { reason: `${script.file}-${script.kind}`, text, command };
}

/** ./run has not come to its daemon: it waits for another service by itself. */
function waitingInRun(facts: SupervisedFacts): Answer | undefined {
  const { waitsIn } = facts;
  if (waitsIn === undefined) return undefined;
  return {
    reason: "run-waits",
    text: `for ${ageText(facts)}, and ./run waits in: ${waitsIn.text}`,
    command: `sv why ${quoted(waitsIn.service)}`,
  };
}

function once(facts: SupervisedFacts): Answer | undefined {
  const { record, hasDown } = facts.live;
  if (record.want !== "down" || hasDown === true) return undefined;
  return {
    reason: "once",
    text: `for ${ageText(facts)}, and not started again when it ends`,
    command: svCommand("start", facts),
    isFine: true,
  };
}

function running(facts: SupervisedFacts, signalName: NameOfSignal): Answer {
  const { pid } = facts.live.record;
  const ready = facts.live.isReady === true ? ", ready" : "";
  const text = `for ${ageText(facts)}${ready} (pid ${pid})${pastText(facts, signalName)}`;
  if (!facts.isCheckAlone) return { reason: "running", text, isFine: true };
  return {
    reason: "running",
    text: `${text}; runsv does not run ./check (no check-period)`,
    command: checkCommand(facts),
    isFine: true,
  };
}

/** The crashes before this run. ./run may be another one since: it gives no hints at the reason. */
function pastText(facts: SupervisedFacts, signalName: NameOfSignal): string {
  const crashes = crashesOf(facts);
  const [last] = runsOf(facts);
  if (crashes === undefined || last === undefined) return "";
  const who = facts.isRunNew ? "the former ./run " : "";
  return `; before that ${who}died ${deathsText(crashes)}: at last ${howEnded(last, signalName)}`;
}
