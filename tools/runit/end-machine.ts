/**
 * The end of the system, once every other process has been killed: a sync that takes a limited
 * time, and then the calls that power off, reboot or halt, until one of them works.
 *
 * Pure: a state and an event in, the next state and effects out.
 * Source: runit 2.1.2, runit(8); docs/differences.md lists what is mended.
 */

/** The kernel may need a moment for the power; then the system halts. */
const POWER_OFF_MS = 2_000;

/** What reboot(2) is asked for. */
export type Way = "reboot" | "power-off" | "halt";

export interface End {
  /** The first one is what happens next. */
  readonly ways: readonly Way[];
  readonly phase: "syncing" | "trying" | "resting" | "over";
}

export type EndEvent =
  /** Once, first. `syncMs`: the limit; `undefined` for no sync at all. */
  | { readonly on: "begin"; readonly syncMs: number | undefined }
  | { readonly on: "synced" }
  /** The timer of the last `wait`. */
  | { readonly on: "timer" }
  /** The child that called reboot(2) has ended; `killed`: perhaps before the call. */
  | { readonly on: "tried"; readonly result: "done" | "refused" | "killed" };

export type EndEffect =
  | { readonly do: "say"; readonly text: string }
  /** Has a child sync; answered by `synced`. */
  | { readonly do: "sync" }
  /** Sets the timer; `ms` undefined cancels it. */
  | { readonly do: "wait"; readonly ms: number | undefined }
  /** Has a child call reboot(2); answered by `tried`. */
  | { readonly do: "try"; readonly way: Way }
  /** Exits, if that ends a container and not the machine. */
  | { readonly do: "exit" };

interface EndStep {
  readonly end: End;
  readonly effects: readonly EndEffect[];
}

export function stepEnd(end: End, event: EndEvent): EndStep {
  switch (event.on) {
    case "begin": {
      const effects = announce(end.ways);
      if (event.syncMs === undefined) return attempt(end, effects);
      return {
        end: { ...end, phase: "syncing" },
        effects: [...effects, { do: "wait", ms: event.syncMs }, { do: "sync" }],
      };
    }
    case "synced":
      if (end.phase !== "syncing") return { end, effects: [] };
      return attempt(end, [{ do: "wait", ms: undefined }]);
    case "timer":
      if (end.phase === "syncing") return attempt(end, [say("warning: sync hangs, going on...")]);
      return end.phase === "resting" ? next(end) : { end, effects: [] };
    case "tried":
      return tried(end, event.result);
  }
}

function tried(end: End, result: "done" | "refused" | "killed"): EndStep {
  if (end.phase !== "trying") return { end, effects: [] };
  if (result === "killed") return attempt(end, []);
  if (result === "refused") return next(end);
  if (end.ways.length === 1) return { end: { ...end, phase: "over" }, effects: [] };
  return {
    end: { ...end, phase: "resting" },
    effects: [{ do: "wait", ms: POWER_OFF_MS }],
  };
}

/** The way has not ended the system. */
function next(end: End): EndStep {
  const ways = end.ways.slice(1);
  if (ways.length > 0) return attempt({ ...end, ways }, announce(ways));
  return { end: { ...end, phase: "over" }, effects: [{ do: "exit" }] };
}

function attempt(end: End, before: readonly EndEffect[]): EndStep {
  const [way] = end.ways;
  if (way === undefined) return { end, effects: before };
  return { end: { ...end, phase: "trying" }, effects: [...before, { do: "try", way }] };
}

function announce(ways: readonly Way[]): readonly EndEffect[] {
  const [way] = ways;
  return way === undefined ? [] : [say(MESSAGES[way])];
}

const MESSAGES: Readonly<Record<Way, string>> = {
  reboot: "system reboot.",
  "power-off": "power off...",
  halt: "system halt.",
};

function say(text: string): EndEffect {
  return { do: "say", text };
}
