/**
 * Loggers at full speed: throughput and processor time for each mode, and then their share of a
 * processor at a given rate. Lines come through a pipe, as from a service; files are in memory, so
 * that no disk is measured.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { placeInMemory, scratchDirectory } from "../../tests/support/scratch.ts";
import type { Driver, Usage } from "../driver.ts";
import { makeLines } from "../lines.ts";
import { atLeastTimes, Refused, type Row } from "../measurement.ts";
import { type Measurement, stateless } from "../session.ts";
import { type LogMode, type Subject, SVLOGD_RULES } from "../subjects.ts";

const LOGGING = ["ours", "runit", "s6", "daemontools"] as const;
const MEBIBYTES = { quick: 16, full: 64 };
/** Each logger keeps ten files of a million bytes; a logger that keeps much less has lost lines. */
const KEPT_BYTES = 8_000_000;
/** For the files of lines, and the logs. */
const ROOM_BYTES = 512 * 2 ** 20;

let home: string | undefined;
const scratch = (): string => {
  home ??= scratchDirectory(placeInMemory(ROOM_BYTES));
  return home;
};

/** Returns a file with so many lines, which is made on first use. */
function linesFile(lineBytes: number, mebibytes: number): string {
  const file = join(scratch(), `${lineBytes}x${mebibytes}`);
  if (!existsSync(file)) writeFileSync(file, makeLines(lineBytes).repeat(mebibytes));
  return file;
}

/** Has the subject's logger write the output of `source` to a new directory. */
function log(driver: Driver, subject: Subject, mode: LogMode, source: string): Usage {
  const dir = join(scratch(), "log");
  rmSync(dir, { recursive: true, force: true });
  const command = subject.logger?.(mode, dir);
  if (command === undefined) throw new Refused("has no such mode");
  mkdirSync(dir);
  if (subject.name === "ours" || subject.name === "runit") {
    writeFileSync(join(dir, "config"), SVLOGD_RULES[mode] ?? "#\n");
  }
  return driver.usage(source, command);
}

function keptBytes(): number {
  const dir = join(scratch(), "log");
  return readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
}

interface Mode {
  readonly mode: LogMode;
  readonly lineBytes: number;
  readonly goal: number;
  readonly aheadOfPeers?: true;
}
const MODES: readonly Mode[] = [
  { mode: "plain", lineBytes: 100, goal: 4, aheadOfPeers: true },
  { mode: "-t", lineBytes: 100, goal: 2.5, aheadOfPeers: true },
  { mode: "-tt", lineBytes: 100, goal: 2.5, aheadOfPeers: true },
  { mode: "-ttt", lineBytes: 100, goal: 2.5, aheadOfPeers: true },
  { mode: "3 patterns", lineBytes: 100, goal: 1.8, aheadOfPeers: true },
  { mode: "-r", lineBytes: 100, goal: 2, aheadOfPeers: true },
  { mode: "plain", lineBytes: 20, goal: 4 },
  { mode: "-t", lineBytes: 20, goal: 2.3 },
];

function fullSpeed({ mode, lineBytes, goal, aheadOfPeers }: Mode): Measurement {
  const asked = atLeastTimes(goal);
  const speed: Row = {
    name: `svlogd, ${lineBytes}-byte lines, ${mode}`,
    unit: "MB/s",
    better: "higher",
    goals: [aheadOfPeers ? { ...asked, aheadOfPeers } : asked],
  };
  const cost: Row = {
    name: `svlogd, ${lineBytes}-byte lines, ${mode}, processor time`,
    unit: "s/GiB",
    better: "lower",
    goals: [],
  };
  return {
    rows: [speed, cost],
    subjects: LOGGING,
    rounds: { quick: 3, full: 11 },
    warmsUp: true,
    open: ({ driver, isQuick }, subject) =>
      stateless(() => {
        const file = linesFile(lineBytes, isQuick ? MEBIBYTES.quick : MEBIBYTES.full);
        const bytes = statSync(file).size;
        const { wallS, cpuS } = log(driver, subject, mode, `cat ${file}`);
        if (keptBytes() < KEPT_BYTES) throw new Error(`has kept only ${keptBytes()} bytes`);
        return new Map([
          [speed.name, bytes / 1e6 / wallS],
          [cost.name, (cpuS / bytes) * 2 ** 30],
        ]);
      }),
  };
}

const PACES_MB_PER_S = [1, 10, 100];
const PACE_S = { quick: 2, full: 5 };

function atPace(pace: number): Measurement {
  const row: Row = {
    name: `svlogd -t at ${pace} MB/s`,
    unit: "% of a processor",
    better: "lower",
    goals: [],
    series: { name: "svlogd -t, share of a processor, by MB/s", size: pace },
  };
  return {
    rows: [row],
    subjects: LOGGING,
    rounds: { quick: 1, full: 5 },
    warmsUp: false,
    open: ({ driver, isQuick }, subject) =>
      stateless(() => {
        const seconds = isQuick ? PACE_S.quick : PACE_S.full;
        const source = `${driver.path} feed ${pace * 1e6} ${seconds} ${linesFile(100, 1)}`;
        // Relative to the duration that these lines are written for: above 100, the logger has not
        // kept up.
        return new Map([[row.name, (log(driver, subject, "-t", source).cpuS / seconds) * 100]]);
      }),
  };
}

export const svlogd: readonly Measurement[] = [
  ...MODES.map(fullSpeed),
  ...PACES_MB_PER_S.map(atPace),
];
