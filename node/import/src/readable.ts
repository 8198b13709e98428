/**
 * Leaves out of plans what runsv or sh cannot read, and says so.
 *
 * Pure: plans in, plans out.
 */
import type { Imported } from "./imported.ts";
import type { Note } from "./note.ts";
import type { ProcessPlan } from "./process-plan.ts";
import { filesOf } from "./service-directory.ts";

/** The largest `max-death-tally` that runsv takes. */
const CRASHES_MAX = 4_096;

export function readable({ plans, notes, failures }: Imported): Imported {
  const numbered = plans.map(withReadableNumbers);
  const [made, refused] = [numbered.filter((plan) => !hasNul(plan)), numbered.filter(hasNul)];
  const text = "a NUL character, which no script can have: left out";
  return {
    plans: made,
    notes,
    failures: [...failures, ...refused.map((plan) => noteOn(plan, `[${plan.name}] ${text}`))],
  };
}

/** Whole numbers, and none that would be written as 1e+21. */
function withReadableNumbers(plan: ProcessPlan): ProcessPlan {
  const notes: Note[] = [];
  const time = (name: string, value: number | undefined): number | undefined => {
    const whole = value === undefined ? undefined : Math.round(value);
    if (whole === undefined || Number.isSafeInteger(whole)) return whole;
    notes.push(noteOn(plan, `${name}: the time is too long: left out`));
    return undefined;
  };
  const crashes = (value: number | undefined): number | undefined => {
    if (value === undefined || value <= CRASHES_MAX) return value;
    notes.push(noteOn(plan, `max-death-tally: more than ${CRASHES_MAX}: left out`));
    return undefined;
  };
  return {
    ...plan,
    killTimeoutMs: time("timeout-kill", plan.killTimeoutMs),
    startSeconds: time("check", plan.startSeconds),
    maxCrashes: crashes(plan.maxCrashes),
    numbers: new Map([...(plan.numbers ?? [])].map(([name, ms]) => [name, time(name, ms)])),
    notes: [...plan.notes, ...notes],
  };
}

function hasNul(plan: ProcessPlan): boolean {
  return filesOf(plan).some(({ text }) => text.includes("\0"));
}

function noteOn({ origin: { file, line } }: ProcessPlan, text: string): Note {
  return { file, line, text };
}
