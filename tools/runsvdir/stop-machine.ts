/**
 * The decisions of an ordered stop: first the command of `-- CMD`, then the services, and then, as
 * process 1, every process that is left. `step` maps the state of the stop and an event to the next
 * state and the effects to carry out, in that order.
 *
 *       command ----> services ----> orphans ----> over
 *
 * A stage ends when all that it stops has ended. The limit of --stop=MS, or the third SIGINT within
 * two seconds, kills what is left.
 *
 * Pure: no clock, no process.
 */

/** The first progress line, counted from the start of the stop, and the time between two. */
const FIRST_LINE_MS = 3_000;
const LINE_EVERY_MS = 2_000;
/** SIGINT this often within this time kills: only a person is so impatient. */
const INTERRUPTS = 3;
const INTERRUPTS_WITHIN_MS = 2_000;
/** How long orphans have after SIGTERM, and how long killed processes may take to be gone. */
const ORPHANS_MS = 1_000;
/** The exit code after a stop that had to kill: 128 + SIGKILL, as of a shell. */
export const EXIT_KILLED = 137;
/** A progress line names at most this many. */
const NAMES_MAX = 10;

type StopStage = "command" | "services" | "orphans" | "over";

export interface StopState {
  readonly stage: StopStage;
  /** The start of the stage; all times are on the monotonic clock. */
  readonly stageBeganMs: number;
  readonly isProcess1: boolean;
  /** When what is left is killed; `undefined`: never, or done. */
  readonly limitAtMs: number | undefined;
  readonly nextLineMs: number;
  /** The latest SIGINTs. */
  readonly interruptsMs: readonly number[];
  /** When the rest was killed. */
  readonly killedAtMs: number | undefined;
  /** The exit code of the essential service or of CMD, which the stop ends with. */
  readonly result: number | undefined;
}

/** Why and how the tree stops. */
export interface StopRequest {
  readonly nowMs: number;
  readonly limitMs: number | undefined;
  readonly isProcess1: boolean;
  /** The command of `-- CMD` is running, or is still to be started. */
  readonly hasCommand: boolean;
  /** The stop was requested by SIGINT. */
  readonly isInterrupt: boolean;
  /** The exit code of the essential service or command whose end is the reason. */
  readonly result: number | undefined;
}

export type StopEvent =
  /** Another stop signal. */
  | { readonly on: "signal"; readonly isInterrupt: boolean; readonly nowMs: number }
  /** All that the stage stops has ended; the stage `command` has an exit code. */
  | {
      readonly on: "ended";
      readonly stage: StopStage;
      readonly code?: number;
      readonly nowMs: number;
    }
  /** The time of the last `wakeAt` has come. */
  | { readonly on: "woke"; readonly nowMs: number };

export type StopEffect =
  | { readonly do: "stopCommand" }
  | { readonly do: "stopServices" }
  /** Sends SIGTERM to all processes that are left. */
  | { readonly do: "stopOrphans" }
  /** Prints the progress line. */
  | { readonly do: "printProgress" }
  /** Repeats the command to exit to each supervisor that has not exited. */
  | { readonly do: "repeatStop" }
  /** Sends SIGKILL to all processes that are left, until they are gone. */
  | { readonly do: "kill"; readonly why: "limit" | "interrupts" }
  /** Replaces the timer of the `wakeAt` before. */
  | { readonly do: "wakeAt"; readonly atMs: number }
  | { readonly do: "exit"; readonly code: number };

export type StopStep = readonly [next: StopState, effects: readonly StopEffect[]];

export function beginStop(request: StopRequest): StopStep {
  const { nowMs, limitMs, isProcess1, hasCommand, isInterrupt, result } = request;
  return timed([
    {
      stage: hasCommand ? "command" : "services",
      stageBeganMs: nowMs,
      isProcess1,
      limitAtMs: limitMs === undefined ? undefined : nowMs + limitMs,
      nextLineMs: nowMs + FIRST_LINE_MS,
      interruptsMs: isInterrupt ? [nowMs] : [],
      killedAtMs: undefined,
      result,
    },
    [{ do: hasCommand ? "stopCommand" : "stopServices" }],
  ]);
}

export function step(now: StopState, event: StopEvent): StopStep {
  if (now.stage === "over") return [now, []];
  switch (event.on) {
    case "signal":
      return onSignal(now, event.isInterrupt, event.nowMs);
    case "ended":
      return event.stage === now.stage ? onEnded(now, event.code, event.nowMs) : [now, []];
    case "woke":
      return timed(onWoke(now, event.nowMs));
  }
}

function onSignal(now: StopState, isInterrupt: boolean, nowMs: number): StopStep {
  const recent = now.interruptsMs.filter((atMs) => nowMs - atMs <= INTERRUPTS_WITHIN_MS);
  const next = isInterrupt ? { ...now, interruptsMs: [...recent, nowMs] } : now;
  if (now.killedAtMs !== undefined) return [next, []];
  if (next.interruptsMs.length >= INTERRUPTS) return timed(kill(next, "interrupts", nowMs));
  return [next, [{ do: "printProgress" }]];
}

function onEnded(now: StopState, code: number | undefined, nowMs: number): StopStep {
  const next = { ...now, stageBeganMs: nowMs };
  switch (now.stage) {
    case "command": {
      const services: StopState = { ...next, stage: "services", result: now.result ?? code };
      // A kill has stopped the services already.
      return timed([services, now.killedAtMs === undefined ? [{ do: "stopServices" }] : []]);
    }
    case "services":
      if (!now.isProcess1 || now.killedAtMs !== undefined) return exit(next);
      return timed([{ ...next, stage: "orphans", limitAtMs: undefined }, [{ do: "stopOrphans" }]]);
    default:
      return exit(next);
  }
}

function onWoke(now: StopState, nowMs: number): StopStep {
  const { stage, stageBeganMs, limitAtMs, nextLineMs, killedAtMs } = now;
  if (stage === "orphans") return nowMs >= stageBeganMs + ORPHANS_MS ? exit(now) : [now, []];
  if (killedAtMs !== undefined) return nowMs >= killedAtMs + ORPHANS_MS ? exit(now) : [now, []];
  if (limitAtMs !== undefined && nowMs >= limitAtMs) return kill(now, "limit", nowMs);
  if (nowMs < nextLineMs) return [now, []];
  const lines = Math.floor((nowMs - nextLineMs) / LINE_EVERY_MS) + 1;
  const next = { ...now, nextLineMs: nextLineMs + lines * LINE_EVERY_MS };
  const repeat: StopEffect[] = stage === "services" ? [{ do: "repeatStop" }] : [];
  return [next, [{ do: "printProgress" }, ...repeat]];
}

/** The supervisors must know that their services stop: they would start a killed one again. */
function kill(now: StopState, why: "limit" | "interrupts", nowMs: number): StopStep {
  const stop: StopEffect[] = now.stage === "command" ? [{ do: "stopServices" }] : [];
  return [{ ...now, killedAtMs: nowMs, limitAtMs: undefined }, [...stop, { do: "kill", why }]];
}

function exit(now: StopState): StopStep {
  const killed = now.killedAtMs === undefined ? 0 : EXIT_KILLED;
  return [{ ...now, stage: "over" }, [{ do: "exit", code: now.result ?? killed }]];
}

/** Adds the time of the next event by the clock. */
function timed([next, effects]: StopStep): StopStep {
  const { stage, stageBeganMs, limitAtMs, nextLineMs, killedAtMs } = next;
  if (stage === "over") return [next, effects];
  let atMs = Math.min(nextLineMs, limitAtMs ?? Number.POSITIVE_INFINITY);
  if (killedAtMs !== undefined) atMs = killedAtMs + ORPHANS_MS;
  else if (stage === "orphans") atMs = stageBeganMs + ORPHANS_MS;
  return [next, [...effects, { do: "wakeAt", atMs }]];
}

/** A service, or CMD, that the stop waits for. */
export interface Awaited {
  readonly name: string;
  readonly sinceMs: number;
}

/** The list of a progress line, such as `web (12s), db (12s)`. */
export function awaitedText(awaited: readonly Awaited[], nowMs: number): string {
  const texts = awaited
    .slice(0, NAMES_MAX)
    .map(({ name, sinceMs }) => `${name} (${Math.floor((nowMs - sinceMs) / 1_000)}s)`);
  const more = awaited.length - texts.length;
  return more > 0 ? `${texts.join(", ")} and ${more} more` : texts.join(", ");
}
