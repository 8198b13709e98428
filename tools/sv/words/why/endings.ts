/**
 * How a service ended last, and what that hints at.
 *
 * Pure: facts in, text out.
 */
import { type PastRun, pastRuns } from "../../../../protocol/past-runs.ts";
import { endText, type NameOfSignal } from "../service-info.ts";
import type { SupervisedFacts } from "./facts.ts";
import { afterText } from "./phrases.ts";

const SIGKILL = 9;
/** A run of this length or less looks like a start that failed. */
const SHORT_MS = 2_000;

/**
 * What an exit code may mean, of that ./run. Source: sh(1), EXIT STATUS; chpst(8); sysexits.h.
 */
function meaningOf(code: number, run: string): string | undefined {
  switch (code) {
    case 2:
      return `a mistake in the syntax of ${run}, or wrong usage?`;
    case 78:
      return "a mistake in its configuration?";
    case 100:
      return `wrong usage of a program in ${run}?`;
    case TOOL_FAILED:
      return `did chpst or svlogd fail in ${run}?`;
    case 126:
      return `a program in ${run} cannot be executed`;
    case NOT_FOUND:
      return `a program in ${run} was not found`;
  }
  return undefined;
}

/** The exit code of a chpst that cannot execute the program, and of svlogd. Source: chpst(8). */
const TOOL_FAILED = 111;
/** The exit code of a shell, or of env, that does not find the program. Source: sh(1), env(1). */
const NOT_FOUND = 127;
const CHPST_MESSAGE = "chpst: fatal: ";

export function runsOf({ live }: SupervisedFacts): PastRun[] {
  return pastRuns(live.history?.runs ?? "");
}

/** Such as `exit 127 at once (a program in ./run was not found)`. */
export function lastRunText(facts: SupervisedFacts, signalName: NameOfSignal): string {
  const [last] = runsOf(facts);
  if (last === undefined) return "it died";
  const hint = hintOf(last, facts);
  return `${howEnded(last, signalName)}${hint === undefined ? "" : ` (${hint})`}`;
}

/** Such as `exit 127 after 2s`. */
export function howEnded(run: PastRun, signalName: NameOfSignal): string {
  return `${endText(run, signalName)} ${afterText(run.ranMs)}`;
}

/** ./run ran, and ended unasked, under runsv of runits. */
export function hasCrashed({ live: { history } }: SupervisedFacts): boolean {
  const hasRun = history?.lastExitAt !== undefined && history.problem === undefined;
  return hasRun && history.isAsked !== true;
}

/** Whether the hint at the reason of the last exit names a line of ./run. */
export function isLineKnown(facts: SupervisedFacts): boolean {
  const [last] = runsOf(facts);
  if (last === undefined) return false;
  return (last.code === 0 ? facts.forks : causeOf(last.code, facts)) !== undefined;
}

function hintOf(last: PastRun, facts: SupervisedFacts): string | undefined {
  const { forks, supervisor } = facts;
  if (last.code === 0 && last.ranMs <= SHORT_MS) {
    // A job that is not started again has done its work.
    const isJob = facts.live.history?.finalCode !== undefined;
    return forks ?? (isJob ? undefined : "does it go to the background?");
  }
  if (last.code >= 0) return causeOf(last.code, facts) ?? meaningOf(last.code, runOf(facts));
  if (last.status !== SIGKILL) return undefined;
  const kills = supervisor?.outOfMemoryKills ?? 0;
  return kills > 0
    ? `possibly for lack of memory: the kernel's out-of-memory count is ${kills}`
    : undefined;
}

/** What chpst has reported last, or else what looks wrong in ./run. */
function causeOf(code: number, facts: SupervisedFacts): string | undefined {
  if (code === NOT_FOUND) return facts.missingProgram;
  if (code !== TOOL_FAILED) return undefined;
  const message = facts.output?.lines.findLast((line) => line.includes(CHPST_MESSAGE));
  if (message !== undefined) return message.slice(message.indexOf(CHPST_MESSAGE));
  return mistakeIn(facts);
}

/** What looks wrong in ./run, and would end it. */
export function mistakeIn(facts: SupervisedFacts): string | undefined {
  return facts.missingLogDirectory?.text ?? facts.account ?? facts.missingProgram;
}

/** Its ./run, from the directory of the supervisor. */
function runOf({ view }: SupervisedFacts): string {
  return view.name.endsWith("/log") ? "./log/run" : "./run";
}
