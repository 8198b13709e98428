/** The files that limit the time of a stage. */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import { STAGE_2_TIMEOUT_MS, TIMEOUTS } from "./stages.ts";

/** More than any number of milliseconds that makes sense. */
const MAX_BYTES = 32;

/**
 * Reads the limit.
 *
 * @param say reports a file that has no number in it
 * @returns milliseconds; `undefined` for no limit
 */
export function limitMs(stage: 2 | 3, say: (text: string) => void): number | undefined {
  const fallback = stage === 2 ? STAGE_2_TIMEOUT_MS : undefined;
  const path = TIMEOUTS[stage];
  const text = ignoringErrors(() => posix.readText(posix.AT_FDCWD, path, MAX_BYTES));
  if (text === undefined) return fallback;
  const word = text.trim();
  const ms = Number(word);
  if (word !== "" && Number.isSafeInteger(ms) && ms >= 0) return ms;
  say(`warning: ${path} is not a number of milliseconds: ${word}`);
  return fallback;
}
