/** How long a stop of a service may take by its own limits. */
import * as posix from "posix";
import { ignoringErrors } from "../../../../base/errors.ts";
import { parseNumber } from "../../../../supervisor/limit-text.ts";

/** After each, the supervisor sends KILL: to ./run after TERM, and to ./finish. */
const LIMITS = ["timeout-kill", "timeout-finish"];
const TEXT_MAX_BYTES = 64;

/** @returns seconds, to be added to those that the user is ready to wait */
export function stopLimitS(directory: string): number {
  const limits = LIMITS.map((name) => {
    const path = `${directory}/${name}`;
    const text = ignoringErrors(() => posix.readText(posix.AT_FDCWD, path, TEXT_MAX_BYTES));
    return text === undefined ? 0 : (parseNumber(text) ?? 0);
  });
  return limits.reduce((sum, one) => sum + one, 0);
}
