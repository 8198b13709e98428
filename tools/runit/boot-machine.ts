/**
 * The policy of process 1: which stage runs, what follows its end, and what a signal does.
 *
 * Pure: a state and an event in, the next state and effects out.
 * Source: runit 2.1.2, runit(8); docs/differences.md lists what is mended.
 */
import { CTRL_ALT_DEL, STAGES, type Stage } from "./stages.ts";

/** A stage 2 that ends sooner than this is taken for broken, not for crashed. */
const QUICK_MS = 1_000;
/** So many quick ends in a row lead to a long pause. */
const QUICK_ENDS_MAX = 5;
const LONG_PAUSE_MS = 30_000;
/** From one start of stage 2 to the next, and from TERM to KILL for what it leaves behind. */
const RESTART_MS = 5_000;
/** The pause after a failed fork. */
const FORK_MS = 5_000;
/** A stage 1 or 3 that cannot be executed is tried so often. */
const ATTEMPTS = 3;
const ATTEMPT_MS = 2_000;
/** So many INT within this time mean that nothing else helps. */
const URGENT_INTERRUPTS = 7;
const URGENT_MS = 2_000;
/** Exit codes of stages with a meaning: stage 1 failed, stage 2 wants to be started again. */
const EXIT_FAILED = 100;
const EXIT_AGAIN = 111;

/**
 * - `running`: the stage's process runs
 * - `waiting`: for the next attempt to start it
 * - `searching`: stage 2 has crashed, and its processes are searched for
 * - `clearing`: they got TERM
 * - `stopping`: stage 2 got TERM, because the system shuts down
 * - `over`: after stage 3
 */
type BootPhase = "running" | "waiting" | "searching" | "clearing" | "stopping" | "over";

export interface Boot {
  readonly stage: Stage;
  readonly phase: BootPhase;
  /** When the stage was started last. */
  readonly startedMs: number;
  /** Stage 2: quick ends in a row. Stages 1 and 3: failed attempts to execute them. */
  readonly failures: number;
  /** The script for ctrl-alt-del runs. */
  readonly hasDialog: boolean;
  /** When the last INTs arrived, the oldest first. */
  readonly interruptsMs: readonly number[];
}

/** How a stage ended. */
export type Outcome =
  | { readonly how: "exited"; readonly code: number }
  | { readonly how: "killed" }
  /** It could not be executed, because of `reason`; `isMissing`: because it is not there. */
  | { readonly how: "unexecuted"; readonly reason: string; readonly isMissing: boolean };

export type BootEvent =
  /** Once, first. */
  | { readonly on: "begin" }
  /** The stage could not be forked. */
  | { readonly on: "unforked"; readonly reason: string }
  | { readonly on: "ended"; readonly outcome: Outcome }
  /** What stage 2 has left behind: nothing, supervisors that can be taken over, or others. */
  | { readonly on: "found"; readonly left: "nothing" | "supervised" | "others" }
  /** The timer of the last `wait` or `limit`. */
  | { readonly on: "timer" }
  | { readonly on: "cont"; readonly isStop: boolean; readonly isUpgrade: boolean }
  | { readonly on: "int"; readonly hasScript: boolean }
  | { readonly on: "pwr" }
  | { readonly on: "dialog-ended"; readonly outcome: Outcome; readonly isStop: boolean }
  /** A signal that other inits take for a shutdown. */
  | { readonly on: "foreign"; readonly signal: string };

export type Effect =
  | { readonly do: "say"; readonly text: string }
  | { readonly do: "start"; readonly stage: Stage }
  /** Signals the process of the stage. */
  | { readonly do: "signal"; readonly signal: "TERM" | "KILL" }
  /** Sets the timer; `ms` undefined cancels it. */
  | { readonly do: "wait"; readonly ms: number | undefined }
  /** Sets the timer to the limit for the stage, if there is one. */
  | { readonly do: "limit"; readonly stage: 2 | 3 }
  /** Searches for what stage 2 has left behind; answered by `found`. */
  | { readonly do: "search" }
  /** Signals all of that. */
  | { readonly do: "signal-left"; readonly signal: "TERM" | "KILL" }
  | { readonly do: "dialog" }
  /** Clears the files that ask for a shutdown. */
  | { readonly do: "acknowledge" }
  | { readonly do: "upgrade" }
  /** Ends all processes, syncs, powers off or reboots. */
  | { readonly do: "finish" }
  /** Reboots at once. */
  | { readonly do: "reboot" };

interface BootStep {
  readonly boot: Boot;
  readonly effects: readonly Effect[];
}

export const INITIAL: Boot = {
  stage: 1,
  phase: "waiting",
  startedMs: 0,
  failures: 0,
  hasDialog: false,
  interruptsMs: [],
};

/** @param nowMs a clock that is never set */
export function step(boot: Boot, event: BootEvent, nowMs: number): BootStep {
  switch (event.on) {
    case "begin":
      return start(boot, nowMs);
    case "unforked":
      return {
        boot: { ...boot, phase: "waiting" },
        effects: [
          say(`fatal: unable to fork for "${path(boot)}" pausing: ${event.reason}`),
          { do: "wait", ms: FORK_MS },
        ],
      };
    case "ended":
      return ended(boot, event.outcome, nowMs);
    case "found":
      return found(boot, event.left, nowMs);
    case "timer":
      return timer(boot, nowMs);
    case "cont":
      if (!acceptsSignals(boot)) return refused(boot);
      if (event.isStop) return shutDown(boot, nowMs);
      return event.isUpgrade ? upgrade(boot) : stay(boot);
    case "pwr":
      return acceptsSignals(boot) ? shutDown(boot, nowMs) : refused(boot);
    case "int":
      return interrupted(boot, event.hasScript, nowMs);
    case "dialog-ended": {
      const after = stay({ ...boot, hasDialog: false }, [
        ...failure(event.outcome, CTRL_ALT_DEL, "crash"),
        say(`leave stage: ${CTRL_ALT_DEL}`),
      ]);
      return event.isStop && acceptsSignals(boot)
        ? andThen(after, (next) => shutDown(next, nowMs))
        : after;
    }
    case "foreign":
      return stay(boot, [
        say(`warning: ignored SIG${event.signal}: init 0 powers off, init 6 reboots`),
      ]);
  }
}

function ended(boot: Boot, outcome: Outcome, nowMs: number): BootStep {
  if (boot.phase === "over") return stay(boot);
  if (boot.phase === "stopping") return leave(boot, 3, nowMs);
  if (boot.stage === 2) return secondEnded(boot, outcome, nowMs);
  if (outcome.how === "unexecuted" && !outcome.isMissing && boot.failures + 1 < ATTEMPTS) {
    return {
      boot: { ...boot, phase: "waiting", failures: boot.failures + 1 },
      effects: [...failure(outcome, path(boot)), { do: "wait", ms: ATTEMPT_MS }],
    };
  }
  const after = stay(boot, failure(outcome, path(boot)));
  if (boot.stage === 3) return andThen(after, finish);
  const isFailed = outcome.how === "killed" || isExit(outcome, EXIT_FAILED);
  return andThen(after, (next) => leave(next, isFailed ? 3 : 2, nowMs));
}

function secondEnded(boot: Boot, outcome: Outcome, nowMs: number): BootStep {
  const isQuick = nowMs - boot.startedMs < QUICK_MS;
  const next = { ...boot, failures: isQuick ? boot.failures + 1 : 0 };
  const after = stay(next, failure(outcome, path(boot)));
  if (outcome.how === "unexecuted") return andThen(after, (it) => restart(it, nowMs));
  if (outcome.how === "killed" || isExit(outcome, EXIT_AGAIN)) {
    return { boot: { ...next, phase: "searching" }, effects: [...after.effects, { do: "search" }] };
  }
  return andThen(after, (it) => leave(it, 3, nowMs));
}

function found(boot: Boot, left: "nothing" | "supervised" | "others", nowMs: number): BootStep {
  const isFirst = boot.phase === "searching";
  if (!isFirst && boot.phase !== "clearing") return stay(boot);
  if (left === "nothing") return restart(boot, nowMs);
  if (!isFirst) return stay(boot);
  if (left === "supervised") {
    const kept = say("services of stage 2 go on, to be taken over");
    return andThen(stay(boot, [kept]), (next) => restart(next, nowMs));
  }
  return {
    boot: { ...boot, phase: "clearing" },
    effects: [
      say("warning: killing all processes in stage 2..."),
      { do: "signal-left", signal: "TERM" },
      { do: "wait", ms: RESTART_MS },
    ],
  };
}

function timer(boot: Boot, nowMs: number): BootStep {
  switch (boot.phase) {
    case "waiting":
      return start(boot, nowMs);
    case "clearing":
      return andThen(stay(boot, [{ do: "signal-left", signal: "KILL" }]), (next) =>
        restart(next, nowMs),
      );
    case "running":
    case "stopping":
      return stay(boot, [
        say(`warning: stage ${boot.stage} not terminated, sending sigkill...`),
        { do: "signal", signal: "KILL" },
      ]);
    default:
      return stay(boot);
  }
}

/** Starts stage 2 again, now or later. */
function restart(boot: Boot, nowMs: number): BootStep {
  if (boot.failures >= QUICK_ENDS_MAX) {
    const text = `${path(boot)} ends at once, pausing ${LONG_PAUSE_MS / 1_000} s: init=/bin/sh on the kernel's command line gives a shell`;
    return {
      boot: { ...boot, phase: "waiting", failures: 0 },
      effects: [say(`warning: ${text}`), { do: "wait", ms: LONG_PAUSE_MS }],
    };
  }
  const delayMs = boot.startedMs + RESTART_MS - nowMs;
  const told = say("warning: restarting.");
  if (delayMs <= 0) return start(boot, nowMs, [told]);
  return { boot: { ...boot, phase: "waiting" }, effects: [told, { do: "wait", ms: delayMs }] };
}

function start(boot: Boot, nowMs: number, before: readonly Effect[] = []): BootStep {
  const { stage } = boot;
  return {
    boot: { ...boot, phase: "running", startedMs: nowMs },
    effects: [
      ...before,
      stage === 3 ? { do: "limit", stage } : { do: "wait", ms: undefined },
      say(`enter stage: ${path(boot)}`),
      { do: "start", stage },
    ],
  };
}

function leave(boot: Boot, to: 2 | 3, nowMs: number): BootStep {
  const isSkipping = boot.stage === 1 && to === 3;
  const left = [say(`leave stage: ${path(boot)}`)];
  if (isSkipping) left.push(say("warning: skipping stage 2..."));
  return start({ ...boot, stage: to, failures: 0 }, nowMs, left);
}

function finish(boot: Boot): BootStep {
  return {
    boot: { ...boot, phase: "over" },
    effects: [{ do: "wait", ms: undefined }, say(`leave stage: ${path(boot)}`), { do: "finish" }],
  };
}

function shutDown(boot: Boot, nowMs: number): BootStep {
  if (boot.phase === "stopping") return stay(boot, [{ do: "acknowledge" }]);
  if (boot.phase !== "running") {
    return andThen(stay(boot, [{ do: "acknowledge" }]), (next) => leave(next, 3, nowMs));
  }
  return {
    boot: { ...boot, phase: "stopping" },
    effects: [{ do: "acknowledge" }, { do: "signal", signal: "TERM" }, { do: "limit", stage: 2 }],
  };
}

function upgrade(boot: Boot): BootStep {
  if (boot.phase === "running" && !boot.hasDialog) return stay(boot, [{ do: "upgrade" }]);
  return stay(boot, [say("warning: no upgrade while stage 2 does not run, or ctrl-alt-del does")]);
}

function interrupted(boot: Boot, hasScript: boolean, nowMs: number): BootStep {
  const recent = [...boot.interruptsMs.filter((ms) => nowMs - ms <= URGENT_MS), nowMs];
  const next = { ...boot, interruptsMs: recent };
  if (recent.length >= URGENT_INTERRUPTS) {
    const text = `${URGENT_INTERRUPTS} ctrl-alt-del requests, rebooting at once...`;
    return { boot: { ...next, interruptsMs: [] }, effects: [say(text), { do: "reboot" }] };
  }
  if (!acceptsSignals(boot)) return refused(next);
  if (!hasScript || boot.hasDialog || boot.phase === "stopping") return stay(next);
  return {
    boot: { ...next, hasDialog: true },
    effects: [
      say("ctrl-alt-del request..."),
      say(`enter stage: ${CTRL_ALT_DEL}`),
      { do: "dialog" },
    ],
  };
}

function acceptsSignals({ stage, phase }: Boot): boolean {
  return stage === 2 && phase !== "over";
}

function refused(boot: Boot): BootStep {
  return stay(boot, [say("warning: signals only work in stage 2.")]);
}

/** @param about `crash`: as the original, says nothing of an exit code */
function failure(outcome: Outcome, of: string, about: "all" | "crash" = "all"): Effect[] {
  switch (outcome.how) {
    case "killed":
      return [say(`warning: child crashed: ${of}`)];
    case "unexecuted":
      return [say(`fatal: unable to start child: ${of}: ${outcome.reason}`)];
    case "exited":
      return outcome.code === 0 || about === "crash" ? [] : [say(`warning: child failed: ${of}`)];
  }
}

function isExit(outcome: Outcome, code: number): boolean {
  return outcome.how === "exited" && outcome.code === code;
}

function path({ stage }: Boot): string {
  return STAGES[stage];
}

function say(text: string): Effect {
  return { do: "say", text };
}

function stay(boot: Boot, effects: readonly Effect[] = []): BootStep {
  return { boot, effects };
}

function andThen({ boot, effects }: BootStep, next: (boot: Boot) => BootStep): BootStep {
  const after = next(boot);
  return { boot: after.boot, effects: [...effects, ...after.effects] };
}
