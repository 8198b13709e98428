/**
 * Why a supervised service does not run: the first reason that applies is the answer.
 *
 * Pure: facts in, answers out.
 */
import { quoted } from "../../../../base/quoted.ts";
import { spanText } from "../durations.ts";
import { type NameOfSignal, nextTryS } from "../service-info.ts";
import type { ServiceView } from "../service-view.ts";
import { lastRunText, mistakeIn } from "./endings.ts";
import type { Answer, Reason, SupervisedFacts, WhyFacts } from "./facts.ts";
import { lookCommand } from "./look-command.ts";
import { ageText, limitsCommand, scriptText, svCommand, timesText } from "./phrases.ts";
import { programAnswer } from "./program-reasons.ts";
import { supervisorStopped } from "./supervisor-reasons.ts";

/** A start that takes longer than this after the restart delay was refused. */
const START_WITHIN_S = 2;
const MISSPELT_LENGTH = 4;

export function downReasons(signalName: NameOfSignal): readonly Reason[] {
  return [
    supervisorStopped,
    notExecutable,
    startFailed,
    waiting,
    (facts) => failed(facts, signalName),
    preparing,
    (facts) => resting(facts, signalName),
    restingUnderRunit,
    notForked,
    (facts) => ended(facts, signalName),
    downFile,
    stopped,
  ];
}

/** ./run cannot be executed, as the supervisor found at its last try, or as it looks now. */
function notExecutable(facts: SupervisedFacts): Answer | undefined {
  const { view, live, run } = facts;
  const isWanted = live.record.want === "up";
  if (run === undefined || !(isWanted || live.history?.problem !== undefined)) return undefined;
  const { text, command } = programAnswer(view.directory, run);
  const start = isWanted ? "" : ` && ${svCommand("start", facts)}`;
  return { reason: `run-${run.kind}`, text, command: `${command}${start}` };
}

/** The last start failed, and ./run looks right now. */
function startFailed(facts: SupervisedFacts): Answer | undefined {
  const problem = facts.live.history?.problem;
  if (problem === undefined) return undefined;
  const text = `the last start failed: ${problem}`;
  return { reason: "start-failed", text, command: svCommand("start", facts) };
}

/** It waits for others, and the last of the chain says what to do. */
function waiting({ view, live, chain, circle }: SupervisedFacts): Answer | undefined {
  const [first] = live.waitsFor;
  if (first === undefined) return undefined;
  const names = live.waitsFor.map(quoted).join(", ");
  const [onCircle] = circle;
  if (onCircle !== undefined) {
    const who = onCircle === view.name ? "they" : circle.map(quoted).join(", ");
    const text = `waits for ${names}: ${who} wait for each other in a circle`;
    return { reason: "waiting-circle", text, command: cutCommand(view, chain, circle) };
  }
  const last = chain.at(-1)?.view;
  const name = quoted(last?.name ?? first);
  const root = chain.length > 1 ? `, and in the end for ${name}` : "";
  const text = `waits for ${names}${root}`;
  const absent = absentNeed(view, chain);
  if (absent !== undefined) return { reason: "waiting", ...absent, text: text + absent.text };
  const state = last === undefined ? "" : `, which is ${last.summary}`;
  return { reason: "waiting", text: text + state, command: `sv why ${name}` };
}

/** Removes a need of the first on the circle, and has its supervisor see that. */
function cutCommand(
  own: ServiceView,
  chain: readonly WhyFacts[],
  [first = "", next = first]: readonly string[],
): string {
  const view = first === own.name ? own : chain.find((each) => each.view.name === first)?.view;
  if (view === undefined) return `sv graph ${quoted(first)}`;
  const entry = quoted(`${view.directory}/needs/${next}`);
  return `rm ${entry} && sv start ${quoted(first)}`;
}

/** The last of the chain does not exist: the one that needs it waits until one of two is done. */
function absentNeed(
  first: ServiceView,
  chain: readonly WhyFacts[],
): Pick<Answer, "text" | "command"> | undefined {
  const last = chain.at(-1);
  if (last?.view.failure?.kind !== "absent") return undefined;
  const { directory, name: waiting } = chain.at(-2)?.view ?? first;
  const name = quoted(last.view.name);
  const entry = quoted(`${directory}/needs/${last.view.name}`);
  const { alike, unlinked } = last.absence ?? {};
  const start = `sv start ${quoted(waiting)}`;
  // Almost any two short names are alike.
  const isMeant = alike !== waiting && last.view.name.length >= MISSPELT_LENGTH;
  if (alike !== undefined && isMeant && unlinked === undefined) {
    const rename = `mv ${entry} ${quoted(`${directory}/needs/${alike}`)} && ${start}`;
    return { text: `, which does not exist: did you mean ${quoted(alike)}?`, command: rename };
  }
  const isKnown = unlinked !== undefined;
  const [link, remove] = [`sv link ${isKnown ? name : `DIR/${name}`}`, `rm ${entry} && ${start}`];
  return {
    text: `, which does not exist: link it (${link}), or remove the need (${remove})`,
    command: isKnown ? link : `ls -l ${quoted(`${directory}/needs/`)}`,
  };
}

function failed(facts: SupervisedFacts, signalName: NameOfSignal): Answer | undefined {
  if (facts.live.history?.failed !== true) return undefined;
  const how = lastRunText(facts, signalName);
  return {
    reason: "failed",
    text: `died too often, and only sv start starts it again: at last ${how}`,
    command: lookCommand(facts),
  };
}

/** control/u runs before ./run. */
function preparing({ live, supervisor }: SupervisedFacts): Answer | undefined {
  const [script] = supervisor?.scripts ?? [];
  if (script === undefined || live.record.want !== "up") return undefined;
  const text = `${scriptText(script)}, and ./run starts after it`;
  return { reason: "script-hanging", text, command: `kill ${script.pid}` };
}

function resting(facts: SupervisedFacts, signalName: NameOfSignal): Answer | undefined {
  const { view, live } = facts;
  const nextS = nextTryS(view);
  const { history, record } = live;
  if (nextS === undefined || history === undefined) return undefined;
  const dueS = record.since.seconds + history.restartDelayMs / 1_000;
  if (view.now.seconds - dueS > START_WITHIN_S) return undefined;
  const often = history.exitCount > 1 ? `, died ${timesText(history.exitCount)}` : "";
  return {
    reason: "resting",
    text: `${lastRunText(facts, signalName)}${often}; starts again in ${Math.ceil(nextS)}s`,
    command: lookCommand(facts),
  };
}

/** runit's runsv starts a service again a second after its start, and publishes no end. */
function restingUnderRunit(facts: SupervisedFacts): Answer | undefined {
  const { view, live } = facts;
  const { record, isOurs } = live;
  const isLate = view.now.seconds - record.since.seconds > START_WITHIN_S;
  if (isOurs || record.want !== "up" || isLate) return undefined;
  const hint = facts.syntax ?? mistakeIn(facts) ?? facts.forks;
  const why = hint === undefined ? "" : ` (${hint})`;
  return {
    reason: "resting",
    text: `ended${why}, and runit's runsv starts it again each second; it records no exits`,
    command: lookCommand(facts),
  };
}

/** It is wanted up, no delay runs, and no process is there. */
function notForked(facts: SupervisedFacts): Answer | undefined {
  const { view, live, supervisor } = facts;
  const { record } = live;
  const isLate = view.now.seconds - record.since.seconds > START_WITHIN_S;
  if (record.want !== "up" || !isLate) return undefined;
  const { pid, processLimit } = supervisor ?? {};
  if (processLimit === undefined || pid === undefined) {
    // runsv reads needs/ and after/ again only at a command, and sv reads them as they are now.
    const text = facts.areNeedsNew
      ? "not started: its supervisor goes by an entry of needs/ or after/ that was removed, " +
        "and reads them again at a command"
      : "not started: the system may be out of processes or memory";
    return { reason: "no-process", text, command: svCommand("start", facts) };
  }
  const { count, limit, directory } = processLimit;
  return {
    reason: "no-process",
    text: `its supervisor cannot make a process: ${count} of ${limit} processes are in use`,
    command: directory === undefined ? `prlimit --nproc --pid ${pid}` : limitsCommand(directory),
  };
}

/** ./run ended by itself, and a command before that or restart-policy keeps it down. */
function ended(facts: SupervisedFacts, signalName: NameOfSignal): Answer | undefined {
  const { view, live } = facts;
  const { history } = live;
  if (history?.finalCode === undefined || history.lastExitAt === undefined) return undefined;
  const ago = spanText(view.now.seconds - history.lastExitAt.seconds);
  const isDone = history.finalCode === 0;
  return {
    reason: isDone ? "finished" : "ended",
    text: `${lastRunText(facts, signalName)}, ${ago} ago, and not started again`,
    command: isDone ? undefined : lookCommand(facts),
    isFine: isDone,
  };
}

function downFile(facts: SupervisedFacts): Answer | undefined {
  const { view, live } = facts;
  if (live.record.want === "up" || live.hasDown !== true) return undefined;
  const file = quoted(`${view.directory}/down`);
  return {
    reason: "down-file",
    text: `${file} keeps it down, for ${ageText(facts)} now`,
    command: svCommand("start", facts),
    isFine: true,
  };
}

function stopped(facts: SupervisedFacts): Answer | undefined {
  if (facts.live.record.want === "up") return undefined;
  return {
    reason: "stopped",
    text: `a command stopped it ${ageText(facts)} ago`,
    command: svCommand("start", facts),
    isFine: true,
  };
}
