/**
 * Whether and when a unit starts again.
 *
 * The rules are those of "Restart=" in systemd.service(5).
 */
import { ImportError, type Note } from "../note.ts";
import type { ProcessPlan } from "../process-plan.ts";
import { ValueError } from "../supervisord/values.ts";
import type { Unit } from "./unit.ts";
import { timeMs, wholeNumberOf } from "./values.ts";

/** systemd's own values. */
const BURST = 5;
const INTERVAL_MS = 10_000;
/** The first restart delay here. */
const DELAY_MS = 1_000;

/** What counts as a clean end, beside exit code 0. */
const CLEAN = ["HUP", "INT", "TERM", "PIPE"] as const;
const UNCLEAN = "ABRT ALRM BUS FPE ILL KILL QUIT SEGV SYS TRAP USR1 USR2 XCPU XFSZ";
/** The codes of sysexits.h, and others that have names in systemd. */
const CODES: Readonly<Record<string, number>> = {
  SUCCESS: 0,
  FAILURE: 1,
  USAGE: 64,
  DATAERR: 65,
  NOINPUT: 66,
  UNAVAILABLE: 69,
  SOFTWARE: 70,
  OSERR: 71,
  OSFILE: 72,
  CANTCREAT: 73,
  IOERR: 74,
  TEMPFAIL: 75,
  PROTOCOL: 76,
  NOPERM: 77,
  CONFIG: 78,
};

interface Restart {
  readonly plan: Pick<ProcessPlan, "restartPolicy" | "maxCrashes" | "numbers">;
  readonly notes: readonly Note[];
}

export function restartOf(unit: Unit): Restart {
  const [policy, policyNotes] = policyOf(unit);
  const burst = unit.value("StartLimitBurst", wholeNumberOf) ?? BURST;
  const intervalMs =
    unit.value("StartLimitIntervalSec", timeMs) ??
    unit.value("StartLimitInterval", timeMs) ??
    INTERVAL_MS;
  const delayMs = unit.value("RestartSec", timeMs) ?? 0;
  const numbers = new Map<string, number | undefined>();
  const isLimited = policy !== "never" && burst > 0 && intervalMs !== 0;
  if (isLimited && Number.isFinite(intervalMs)) numbers.set("death-tally-period", intervalMs);
  const isLate = policy !== "never" && delayMs > DELAY_MS && Number.isFinite(delayMs);
  if (isLate) numbers.set("restart-delay-max", delayMs);
  return {
    plan: {
      restartPolicy: policy === "always" ? undefined : policy,
      maxCrashes: isLimited ? burst : undefined,
      numbers,
    },
    notes: [
      ...policyNotes,
      ...(isLate ? unit.note("RestartSec", "the delay grows from a second up to this") : []),
    ],
  };
}

function policyOf(unit: Unit): readonly [string, readonly Note[]] {
  const word = unit.text("Restart") ?? "no";
  const more = [...exits(unit, "SuccessExitStatus"), ...exits(unit, "RestartPreventExitStatus")];
  const prevented = more.map((exit) => `!${exit}`);
  const notes = unit.note("RestartForceExitStatus", "see restart-policy in runsv(8)");
  switch (word) {
    case "no":
      return ["never", notes];
    case "always":
      return [
        exits(unit, "RestartPreventExitStatus")
          .map((exit) => `!${exit}`)
          .join(" ") || "always",
        notes,
      ];
    case "on-failure":
      return [["!0", ...CLEAN.map((name) => `!${name}`), ...prevented].join(" "), notes];
    case "on-success":
      return [["0", ...CLEAN, ...exits(unit, "SuccessExitStatus")].join(" "), notes];
    case "on-abnormal":
    case "on-abort":
      return [UNCLEAN, notes];
    case "on-watchdog":
      return ["ABRT", [...notes, ...unit.note("Restart", "also after any other ABRT")]];
    default:
      throw new ImportError(
        unit.last("Restart") ?? unit.place,
        `Restart: there is no policy ${word}`,
      );
  }
}

/** Codes and signals, in the words of `restart-policy`. */
function exits(unit: Unit, key: string): readonly string[] {
  return unit.all(key).flatMap((assignment) =>
    assignment.value.split(/\s+/).map((word) =>
      unit.refusing(assignment, () => {
        const code = Object.hasOwn(CODES, word) ? CODES[word] : undefined;
        if (code !== undefined) return `${code}`;
        if (/^(\d{1,3}|SIG[A-Z0-9]+)$/.test(word)) return word.replace(/^SIG/, "");
        throw new ValueError(`no exit status: ${word}`);
      }),
    ),
  );
}
