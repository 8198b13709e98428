/**
 * The state that process 1 passes to itself across a re-exec, in the variable of
 * protocol/handover.ts: `runit=1 stage=77 sessions=0,1,5`.
 *
 * Pure: values in, text out, and back.
 */
import { HANDOVER } from "../../protocol/handover.ts";

const FORMAT = "runit=1";

/** Stage 2 runs. */
export interface Running {
  /** The pid of stage 2. */
  readonly stage: number;
  /** The sessions that existed before it. */
  readonly sessions: readonly number[];
}

/** The entry for the environment. */
export function runningEntry({ stage, sessions }: Running): string {
  return `${HANDOVER}=${FORMAT} stage=${stage} sessions=${sessions.join()}`;
}

/** @param value of the variable. @returns `undefined` if it is malformed */
export function readRunning(value: string): Running | undefined {
  const [format, stage = "", sessions = "", ...rest] = value.split(" ");
  const pid = numbersIn("stage=", stage);
  const ids = numbersIn("sessions=", sessions);
  if (format !== FORMAT || rest.length > 0 || ids === undefined) return undefined;
  const [first] = pid ?? [];
  return first === undefined || first <= 1 ? undefined : { stage: first, sessions: ids };
}

function numbersIn(name: string, word: string): number[] | undefined {
  if (!word.startsWith(name)) return undefined;
  const text = word.slice(name.length);
  const numbers = text === "" ? [] : text.split(",").map(Number);
  return numbers.every((number) => Number.isSafeInteger(number) && number >= 0)
    ? numbers
    : undefined;
}
