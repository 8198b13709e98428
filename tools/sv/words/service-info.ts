/**
 * What matters about a service now, in a few words: the last column of `sv list`.
 *
 * Pure: a view in, text out.
 */
import { quoted, shown } from "../../../base/quoted.ts";
import type { ExitResult, History } from "../../../protocol/history.ts";
import { pastRuns } from "../../../protocol/past-runs.ts";
import { isEarlier } from "../../../protocol/tai.ts";
import { spanText } from "./durations.ts";
import { isAsWanted, type LiveFacts, type ServiceView, type StateWord } from "./service-view.ts";
import type { Tone } from "./style.ts";

const CORE_BIT = 128;
const SIGKILL = 9;
/** A first start takes less time. */
const START_WITHIN_S = 2;
/** A crash counts as recent, and is shown of a running service, for so long. */
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
  const { exitCount, lastExitAt } = history;
  // The history was read after the status, and may count the end of this very run already.
  const hasEnded = lastExitAt !== undefined && isEarlier(record.since, lastExitAt);
  return Math.max(0, exitCount - (record.phase === "run" && !hasEnded ? 0 : 1));
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
  const { live } = view;
  if (live === undefined) return problemText(view);
  let text = joined(stateText(view, live, signalName), logText(view, live, signalName));
  text = joined(text, changeText(live));
  const { record, hasDown } = live;
  // A `down` file matters if it differs from the present.
  if (hasDown === true) text = joined(text, "normally down");
  else if (hasDown === false && record.phase === "down" && record.want === "down") {
    text = joined(text, "normally up");
  }
  const others = (view.process?.count ?? 1) - 1;
  if (others > 0) text = joined(text, `+${others} ${others === 1 ? "process" : "processes"}`);
  const { logDirectories } = view;
  if (logDirectories !== undefined)
    text = joined(text, `to ${logDirectories.map(quoted).join(" ")}`);
  return text;
}

function changeText({ runChange = "none" }: LiveFacts): string {
  if (runChange === "none") return "";
  return runChange.what === "attributes" ? "run mode changed" : "run changed";
}

/** What matters of its state. */
function stateText(view: ServiceView, live: LiveFacts, signalName: NameOfSignal): string {
  const { record, history, waitsFor } = live;
  switch (view.summary) {
    case "running":
    case "starting": {
      const { failedCheck } = live;
      const check = failedCheck === undefined ? "" : `check: ${endText(failedCheck, signalName)}`;
      const last = hasCrashedLately(view) ? `last: ${lastEndText(history, signalName)}` : "";
      return joined(record.want === "down" ? "once" : "", joined(check, last));
    }
    case "resting": {
      const leftS = nextTryS(view);
      const next = leftS === undefined ? "" : `next try ${spanText(Math.ceil(leftS))}`;
      const text = joined(restText(live, signalName), next);
      return text === "" && (ageS(view) ?? 0) > START_WITHIN_S ? "not started" : text;
    }
    case "failed":
    case "finishing":
      return lastEndText(history, signalName);
    case "stopped":
      // Nobody asked for the end: it ran once.
      return history?.finalCode === undefined ? "" : lastEndText(history, signalName);
    case "waiting":
      return `for ${waitsFor.map(shown).join(" ")}`;
    case "stopping":
      if (waitsFor.length > 0) return `after ${waitsFor.map(shown).join(" ")}`;
      return record.want === "up" ? "restart" : "";
    default:
      return "";
  }
}

/** Why it rests: runit's supervisor does not publish how ./run has ended. */
function restText({ history, isOurs, runFault }: LiveFacts, signalName: NameOfSignal): string {
  if (isOurs || history !== undefined) return lastEndText(history, signalName);
  return runFault === undefined ? "ended (runit records no exits)" : hintFirst(runFault, "./run");
}

function lastEndText(history: History | undefined, signalName: NameOfSignal): string {
  if (history?.problem !== undefined) return causeFirst(history.problem);
  if (history?.lastExitAt === undefined) return "";
  const hint = (memoryKillsOf(history) ?? 0) > 0 ? " (out of memory?)" : "";
  return endText(history.lastExit, signalName) + hint;
}

/** What the kernel's count says about the last exit, if that was a KILL. */
export function memoryKillsOf({ lastExit, runs }: History): number | undefined {
  return lastExit.status === SIGKILL ? pastRuns(runs)[0]?.memoryKills : undefined;
}

/** Why there is no state to show; empty if there is one. */
export function problemText({ name, directory, failure }: ServiceView): string {
  switch (failure?.kind) {
    case undefined:
      return "";
    case "absent":
      return shown(`no directory ${directory || name}`);
    case "file":
      return "a file, not a service directory";
    case "unsupervised":
      return "no supervisor yet";
    default:
      return shown(causeFirst(failure?.text ?? ""));
  }
}

const NOT_THERE = "file does not exist";
const INTERPRETER = "interpreter ";
const UNABLE = "unable to ";
/** The programs whose start fails with these actions. */
const STARTED: Readonly<Record<string, string>> = {
  "start ./run": "./run",
  "start log/./run": "log/run",
};

/**
 * `unable to ACTION: CAUSE` with the cause first, because a narrow terminal cuts the end. That a
 * program could not be started goes without saying; then the hint precedes the system's reason, as
 * in `no #! line (exec format error)`.
 */
function causeFirst(text: string): string {
  const end = text.indexOf(": ");
  if (!text.startsWith(UNABLE) || end < 0) return text;
  const [action, cause] = [text.slice(UNABLE.length, end), text.slice(end + 2)];
  const program = STARTED[action];
  return program === undefined ? `${cause} (${action})` : hintFirst(cause, program);
}

/** @param cause `REASON`, or `REASON (HINT)` */
function hintFirst(cause: string, program: string): string {
  if (cause === NOT_THERE) return `no ${program}`;
  if (cause.startsWith(INTERPRETER) && cause.endsWith(`: ${NOT_THERE}`)) {
    return `no ${cause.slice(INTERPRETER.length, -`: ${NOT_THERE}`.length)} (interpreter)`;
  }
  const at = cause.indexOf(" (");
  if (at < 0 || !cause.endsWith(")")) return cause;
  return `${cause.slice(at + 2, -1)} (${cause.slice(0, at)})`;
}

function joined(one: string, other: string): string {
  return one === "" || other === "" ? one + other : `${one}, ${other}`;
}

/** An exit that a command had asked for is over when the service runs again. */
function hasCrashedLately({ live, now }: ServiceView): boolean {
  const { lastExitAt: at, isAsked } = live?.history ?? {};
  return at !== undefined && isAsked !== true && now.seconds - at.seconds < RECENT_S;
}

/** The state of a log service that loses lines: it crashes, or is down while its service runs. */
function logText({ log }: ServiceView, { record }: LiveFacts, signalName: NameOfSignal): string {
  if (log?.live === undefined) return "";
  const isMissed = record.phase === "run" && log.live.record.phase !== "run";
  if (isAsWanted(log) && !isMissed && !hasCrashedLately(log)) return "";
  // It may rest at one look and run at the next: one word for both, and short for a terminal.
  const isCrashing = log.summary === "running" || log.summary === "resting";
  const end =
    isCrashing || log.summary === "failed" ? lastEndText(log.live.history, signalName) : "";
  return `log ${isCrashing ? "died" : log.summary}${end === "" ? "" : `: ${end}`}`;
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
