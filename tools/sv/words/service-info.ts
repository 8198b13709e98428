/**
 * What matters about a service now, in a few words: the last column of `sv list`.
 *
 * Pure: a view in, text out.
 */
import { shown } from "../../../base/quoted.ts";
import type { ExitResult } from "../../../protocol/history.ts";
import { spanText } from "./durations.ts";
import type { LiveFacts, ServiceView, StateWord } from "./service-view.ts";
import type { Tone } from "./style.ts";

const CORE_BIT = 128;
/** An exit counts as recent, and is shown of a running service, for so long. */
const RECENT_S = 60;

export type NameOfSignal = (signal: number) => string;

/** Such as `exit 1` or `killed by SEGV, core`. */
export function endText({ code, status }: ExitResult, signalName: NameOfSignal): string {
  if (code >= 0) return `exit ${code}`;
  if (status === 0) return "exit unknown";
  const signal = status % CORE_BIT;
  return `killed by ${signalName(signal)}${status > CORE_BIT ? ", core" : ""}`;
}

/** How often ./run was started again; `undefined` if the supervisor does not count. */
export function restartsOf({ record, history, isOurs }: LiveFacts): number | undefined {
  if (history === undefined) return isOurs ? 0 : undefined;
  return Math.max(0, history.exitCount - (record.phase === "run" ? 0 : 1));
}

/** The seconds until the next start of a service that rests; `undefined` if that is not known. */
export function nextTryS({ live, now }: ServiceView): number | undefined {
  const delayMs = live?.history?.restartDelayMs ?? 0;
  if (live === undefined || live.record.want === "down" || delayMs === 0) return undefined;
  const { seconds, nanoseconds } = live.record.since;
  const passedMs = (now.seconds - seconds) * 1_000 + (now.nanoseconds - nanoseconds) / 1_000_000;
  return Math.max(0, delayMs - passedMs) / 1_000;
}

/** Seconds since the state began. */
export function ageS({ live, now }: ServiceView): number | undefined {
  return live === undefined ? undefined : now.seconds - live.record.since.seconds;
}

export function infoText(view: ServiceView, signalName: NameOfSignal): string {
  const { live, failure, summary } = view;
  if (live === undefined) return shown(failure?.text ?? "");
  const { record, history, hasDown, waitsFor } = live;
  const last = history?.lastExitAt === undefined ? undefined : history.lastExit;
  const end = history?.problem ?? (last && endText(last, signalName));
  const parts: (string | undefined)[] = [];
  switch (summary) {
    case "resting": {
      const leftS = nextTryS(view);
      parts.push(end, leftS === undefined ? undefined : `next try ${spanText(Math.ceil(leftS))}`);
      break;
    }
    case "failed":
      parts.push(end);
      break;
    case "stopped":
      // Nobody asked for the end: it ran once.
      parts.push(history?.finalCode === undefined ? undefined : end);
      break;
    case "waiting":
      parts.push(`for ${waitsFor.map(shown).join(" ")}`);
      break;
    case "stopping":
      if (waitsFor.length > 0) parts.push(`after ${waitsFor.map(shown).join(" ")}`);
      else if (record.want === "up") parts.push("restart");
      break;
    case "running":
    case "starting":
      if (record.want === "down") parts.push("once");
      if (isRecent(view)) parts.push(end);
      break;
    case "finishing":
      parts.push(end);
      break;
  }
  const isDown = record.phase === "down";
  // A `down` file matters if it differs from the present.
  if (hasDown === true) parts.push("normally down");
  if (hasDown === false && isDown && record.want === "down") parts.push("normally up");
  const others = (view.process?.count ?? 1) - 1;
  if (others > 0) parts.push(`+${others} ${others === 1 ? "process" : "processes"}`);
  return parts.filter((part) => part !== undefined).join(", ");
}

function isRecent({ live, now }: ServiceView): boolean {
  const at = live?.history?.lastExitAt;
  return at !== undefined && now.seconds - at.seconds < RECENT_S;
}

const TONES: Readonly<Record<StateWord, Tone>> = {
  running: "good",
  starting: "change",
  waiting: "warning",
  resting: "bad",
  failed: "bad",
  stopped: "faint",
  stopping: "change",
  finishing: "change",
  paused: "warning",
  unsupervised: "warning",
  unreadable: "warning",
};

export function toneOf(summary: StateWord): Tone {
  return TONES[summary];
}
