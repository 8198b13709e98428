/** Numbers and times as people read them. */
import type { Exit, Sample } from "./service.ts";

const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400];
const KIB = 1_024;

/** Such as `42s`, `5m 03s`, `3h 12m`, `9d 4h`. */
export function spanText(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  if (s < MINUTE) return `${s}s`;
  if (s < HOUR) return `${Math.floor(s / MINUTE)}m ${two(s % MINUTE)}s`;
  if (s < DAY) return `${Math.floor(s / HOUR)}h ${two(Math.floor((s % HOUR) / MINUTE))}m`;
  return `${Math.floor(s / DAY)}d ${Math.floor((s % DAY) / HOUR)}h`;
}

export function secondsSince(time: string): number {
  return (Date.now() - Date.parse(time)) / 1_000;
}

export function cpuText(sample: Sample | undefined): string {
  if (sample === null || sample === undefined) return "–";
  return `${sample < 10 ? sample.toFixed(1) : Math.round(sample)} %`;
}

/** @param sample KiB */
export function memoryText(sample: Sample | undefined): string {
  if (sample === null || sample === undefined) return "–";
  if (sample < KIB) return `${sample} KiB`;
  const mib = sample / KIB;
  if (mib < KIB) return `${mib < 10 ? mib.toFixed(1) : Math.round(mib)} MiB`;
  return `${(mib / KIB).toFixed(1)} GiB`;
}

export function exitText({ code, signal }: Exit): string {
  if (code !== undefined) return `exit ${code}`;
  return signal === undefined ? "unknown" : `killed by ${signal}`;
}

/** The local time of day, and the date if it is not today. */
export function timeText(time: string): string {
  const date = new Date(time);
  const clock = date.toLocaleTimeString([], { hour12: false });
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? clock : `${date.toLocaleDateString()} ${clock}`;
}

export type Tone = "good" | "change" | "warning" | "bad" | "faint";

const TONES: Readonly<Record<string, Tone>> = {
  running: "good",
  starting: "change",
  stopping: "change",
  finishing: "change",
  waiting: "warning",
  paused: "warning",
  unsupervised: "warning",
  unreadable: "warning",
  resting: "bad",
  failed: "bad",
  stopped: "faint",
};

export function toneOf(summary: string): Tone {
  return TONES[summary] ?? "faint";
}
