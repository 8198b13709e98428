/**
 * How a service ended last, and what that hints at.
 *
 * Pure: facts in, text out.
 */
import { type PastRun, pastRuns } from "../../../../protocol/past-runs.ts";
import { endText, type NameOfSignal } from "../service-info.ts";
import type { SupervisedFacts, WhyFacts } from "./facts.ts";
import { afterText } from "./phrases.ts";

const SIGKILL = 9;
const SIGTERM = 15;
/** A service that runsv ends by timeout-ready is likely to end within this time. */
const LATE_MS = 2_000;
/** A run of this length or less looks like a start that failed. */
const SHORT_MS = 2_000;

/**
 * What an exit code may mean, of that ./run. Source: sh(1), EXIT STATUS; chpst(8); sysexits.h.
 */
function meaningOf(code: number, run: string): string | undefined {
  switch (code) {
    case SYNTAX:
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
export const TOOL_FAILED = 111;
/** The exit code of a shell, or of env, that does not find the program. Source: sh(1), env(1). */
const NOT_FOUND = 127;
/** The exit code of a shell that cannot parse the script; also of wrong usage. Source: sh(1). */
export const SYNTAX = 2;
const CHPST_MESSAGE = "chpst: fatal: ";

export function runsOf({ live }: SupervisedFacts): PastRun[] {
  return pastRuns(live.history?.runs ?? "");
}

/**
 * Such as `exit 127 at once (a program in ./run was not found)`, or `exit 7 at once: "cannot open
 * config"` if its last words are known.
 */
export function lastRunText(facts: SupervisedFacts, signalName: NameOfSignal): string {
  const [last] = runsOf(facts);
  if (last === undefined) return "it died";
  const how = howEnded(last, signalName);
  const cause = causeOf(last, facts) ?? lateHint(last, facts);
  if (cause !== undefined) return `${how} (${cause})`;
  const { words } = facts.output ?? {};
  if (words !== undefined && last.code !== 0 && last.status !== SIGKILL)
    return `${how}: "${words}"`;
  const guess = guessAt(last, facts);
  return guess === undefined ? how : `${how} (${guess})`;
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

/** Whether the reason of the last exit is known to be a line of ./run. */
export function isLineKnown(facts: SupervisedFacts): boolean {
  const [last] = runsOf(facts);
  return last !== undefined && causeOf(last, facts) !== undefined;
}

/** The last run was killed, and the kernel's count rose meanwhile. */
export function isOutOfMemory(facts: SupervisedFacts): boolean {
  const [last] = runsOf(facts);
  return last?.status === SIGKILL && (last.memoryKills ?? 0) > 0 && !isSpared(facts);
}

/** The service has a cgroup of its own, in which no process was killed for lack of memory. */
function isSpared({ cgroup }: SupervisedFacts): boolean {
  return cgroup?.isOwn === true && cgroup.memoryKills === 0;
}

function guessAt(last: PastRun, facts: SupervisedFacts): string | undefined {
  if (last.code === 0)
    return isLikeDaemon(last, facts) ? "does it go to the background?" : undefined;
  if (last.code > 0) {
    const forks = forksHint(facts);
    if (forks !== undefined) return forks;
    const meaning = meaningOf(last.code, runOf(facts));
    // The lines of the output say more than a question.
    const hasLines = (facts.output?.lines.length ?? 0) > 0;
    return hasLines && meaning?.endsWith("?") === true ? undefined : meaning;
  }
  return last.status === SIGKILL ? memoryHint(last, facts) : undefined;
}

/** Whether a command to the supervisor was the reason is known of the last run only. */
function memoryHint({ memoryKills }: PastRun, facts: SupervisedFacts): string | undefined {
  const { live, cgroup, supervisor } = facts;
  if (memoryKills === 0 || isSpared(facts)) return undefined;
  if (memoryKills !== undefined) {
    return `which runsv did not send; the kernel's out-of-memory count rose by ${memoryKills}`;
  }
  if (live.history?.isAsked === true) return undefined;
  const own = cgroup?.memoryKills ?? 0;
  if (own > 0) return `possibly for lack of memory: the kernel has killed ${own} in its cgroup`;
  const all = supervisor?.memoryKills ?? 0;
  return all > 0
    ? `possibly for lack of memory: the kernel's out-of-memory count is ${all}`
    : undefined;
}

/** TERM came when the time for readiness was over; it may have come from somebody else. */
function lateHint(
  { status, ranMs }: PastRun,
  { live, readyTimeoutMs: boundMs }: SupervisedFacts,
): string | undefined {
  if (boundMs === undefined || status !== SIGTERM || live.history?.isAsked === true)
    return undefined;
  const isLate = ranMs >= boundMs && ranMs < boundMs + LATE_MS;
  return isLate ? "not ready within timeout-ready?" : undefined;
}

/** A program that cannot fork exits with any code. */
function forksHint({ cgroup }: SupervisedFacts): string | undefined {
  const { processLimit, refusedForks = 0 } = cgroup ?? {};
  if (processLimit === undefined || refusedForks === 0) return undefined;
  return (
    `possibly out of processes: the kernel has refused ${refusedForks} forks in its cgroup, ` +
    `which may have ${processLimit.limit}`
  );
}

/** Whether it ended as one does that leaves its work to a process in the background. */
export function hasEndedLikeDaemon(facts: SupervisedFacts): boolean {
  const [last] = runsOf(facts);
  return last !== undefined && isLikeDaemon(last, facts);
}

function isLikeDaemon({ code, ranMs }: PastRun, facts: SupervisedFacts): boolean {
  return code === 0 && ranMs <= SHORT_MS && !isJob(facts);
}

/** A job that is not started again has done its work. */
function isJob({ live }: SupervisedFacts): boolean {
  return live.history?.finalCode !== undefined;
}

/** What chpst has reported last, or else what looks wrong in ./run. */
function causeOf({ code, ranMs }: PastRun, facts: SupervisedFacts): string | undefined {
  switch (code) {
    case -1:
      return undefined;
    case 0:
      return ranMs <= SHORT_MS ? facts.forks : undefined;
    case NOT_FOUND:
      return facts.missingProgram;
    case TOOL_FAILED: {
      const message = facts.output?.lines.findLast((line) => line.includes(CHPST_MESSAGE));
      if (message !== undefined) return message.slice(message.indexOf(CHPST_MESSAGE));
      return mistakeIn(facts);
    }
    case SYNTAX:
      return facts.syntax ?? facts.forks;
    default:
      // The daemon that went to the background is in the way of the next one.
      return facts.forks;
  }
}

/** What looks wrong in ./run, and would end it. */
export function mistakeIn(facts: SupervisedFacts): string | undefined {
  return facts.logDirectory?.text ?? facts.account ?? facts.missingProgram;
}

/** Its ./run, from the directory of the supervisor. */
export function runOf({ view }: Pick<WhyFacts, "view">): string {
  return view.name.endsWith("/log") ? "./log/run" : "./run";
}
