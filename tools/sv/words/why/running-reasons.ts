/**
 * What a supervised service with a process is up to: the first reason that applies is the answer.
 *
 * Pure: facts in, answers out.
 */
import { quoted, shown } from "../../../../base/quoted.ts";
import { spanText } from "../durations.ts";
import type { NameOfSignal } from "../service-info.ts";
import { type Crashes, recentCrashes } from "./crashes.ts";
import { howEnded, lastRunText, runOf, runsOf } from "./endings.ts";
import type { Answer, Reason, SupervisedFacts, WhyFacts } from "./facts.ts";
import { logService, logUnread } from "./log-reasons.ts";
import { lookCommand } from "./look-command.ts";
import { ageText, forText, limitsCommand, scriptText, svCommand, timesText } from "./phrases.ts";
import { checkCommand, notReady, unusableAnswer } from "./readiness-reasons.ts";
import { supervisorStopped } from "./supervisor-reasons.ts";

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
  if (crashes === undefined || crashes.areOver || isMended(facts)) return undefined;
  return {
    reason: "dying",
    text: `died ${deathsText(crashes)} in the last minute: at last ${lastRunText(facts, signalName)}`,
    command: lookCommand(facts),
  };
}

/** What ends it has been changed since. */
function isMended({ isRunNew, isLogDirectoryNew }: SupervisedFacts): boolean {
  return isRunNew || isLogDirectoryNew;
}

function crashesOf(facts: SupervisedFacts): Crashes | undefined {
  const { view, live } = facts;
  return recentCrashes(runsOf(facts), view.now.seconds, live.record.since.seconds);
}

/** Such as `at least 16 times`. */
function deathsText({ count, isLeast }: Crashes): string {
  return `${isLeast ? "at least " : ""}${timesText(count)}`;
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

function scriptUnusable(facts: SupervisedFacts): Answer | undefined {
  const [first] = facts.unusableScripts;
  return first && unusableAnswer(first, facts);
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
  const who = facts.isRunNew ? `the former ${runOf(facts)} ` : "";
  return `; before that ${who}died ${deathsText(crashes)}: at last ${howEnded(last, signalName)}`;
}
