/** Whether and when an application of pm2 starts again. */
import type { Note } from "../note.ts";
import type { ProcessPlan } from "../process-plan.ts";
import type { Fields } from "../tree/fields.ts";

/** pm2's own values; the second is the longest delay of `exp_backoff_restart_delay`. */
const MAX_RESTARTS = 16;
const BACKOFF_MAX_MS = 15_000;
/** The first restart delay here, and the time within which crashes count. */
const DELAY_MS = 1_000;
const MINUTE_MS = 60_000;

interface Restart {
  readonly plan: Pick<ProcessPlan, "restartPolicy" | "maxCrashes" | "numbers">;
  readonly notes: readonly Note[];
}

export function restartOf(fields: Fields): Restart {
  const maxCrashes = fields.number("max_restarts") ?? MAX_RESTARTS;
  const isNever = fields.boolean("autorestart") === false;
  const codes = fields.list("stop_exit_codes") ?? [];
  const backoffMs = fields.number("exp_backoff_restart_delay") ?? 0;
  const delayMs = fields.number("restart_delay") ?? 0;
  const maxMs = backoffMs > 0 ? BACKOFF_MAX_MS : delayMs;
  const numbers = new Map<string, number>();
  if (maxMs > DELAY_MS) {
    numbers.set("restart-delay-max", maxMs);
    // With such delays, as many crashes take longer than the minute in which they count.
    numbers.set("death-tally-period", MINUTE_MS + maxCrashes * maxMs);
  }
  return {
    plan: {
      restartPolicy: isNever ? "never" : codes.map((code) => `!${code}`).join(" ") || undefined,
      maxCrashes: isNever ? undefined : maxCrashes,
      numbers,
    },
    notes: [
      ...(delayMs > DELAY_MS
        ? fields.note("restart_delay", "the restart delay grows from a second up to this")
        : []),
      ...fields.note("exp_backoff_restart_delay", "the restart delay grows from a second to 15"),
    ],
  };
}
