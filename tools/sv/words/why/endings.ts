/**
 * What the last exit of a service hints at.
 *
 * Pure: facts in, text out.
 */
import { type PastRun, pastRuns } from "../../../../protocol/past-runs.ts";
import type { SupervisedFacts } from "./facts.ts";

const SIGKILL = 9;
/** A run of this length or less looks like a start that failed. */
const SHORT_MS = 2_000;

/** Exit codes with a meaning. Source: sh(1), EXIT STATUS; chpst(8); sysexits.h. */
const CODES: Readonly<Record<number, string>> = {
  78: "a mistake in its configuration?",
  100: "wrong usage of a program in ./run?",
  111: "did chpst fail in ./run?",
  126: "a program in ./run cannot be executed",
  127: "a program in ./run was not found",
};

/** The exit code of a chpst that cannot execute the program. Source: chpst(8). */
const CHPST_FAILED = 111;
const CHPST_MESSAGE = "chpst: fatal: ";

export function runsOf({ live }: SupervisedFacts): PastRun[] {
  return pastRuns(live.history?.runs ?? "");
}

/** Such as ` (a program in ./run was not found)`; `""` if the exit says nothing. */
export function endingHint(facts: SupervisedFacts): string {
  const [last] = runsOf(facts);
  const text = last === undefined ? undefined : hintOf(last, facts);
  return text === undefined ? "" : ` (${text})`;
}

function hintOf(last: PastRun, facts: SupervisedFacts): string | undefined {
  const { forks, supervisor } = facts;
  if (last.code === 0 && last.ranMs <= SHORT_MS) return forks ?? "does it go to the background?";
  const chpst = last.code === CHPST_FAILED ? chpstProblem(facts) : undefined;
  if (last.code >= 0) return chpst ?? CODES[last.code];
  if (last.status !== SIGKILL) return undefined;
  const kills = supervisor?.outOfMemoryKills ?? 0;
  return kills > 0
    ? `possibly for lack of memory: the kernel's out-of-memory count is ${kills}`
    : undefined;
}

/** What chpst has reported last, or else what looks wrong in ./run. */
function chpstProblem({ output, account }: SupervisedFacts): string | undefined {
  const message = output?.lines.findLast((line) => line.includes(CHPST_MESSAGE));
  return message === undefined ? account : message.slice(message.indexOf(CHPST_MESSAGE));
}
