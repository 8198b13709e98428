/**
 * Trees of 1 to 5,000 services: the time until the last of them has started, and the memory of
 * scanner and supervisors. In the rows with loggers, each service has one, which is a daemon like
 * the other, so that no logger is measured here.
 *
 * Every run script is a shell that executes a daemon, as most are; the daemon's first action is a
 * stamp.
 */
import { setTimeout as pause } from "node:timers/promises";
import { atMostTimes, type Goal, type Row } from "../measurement.ts";
import { type Measurement, type Session, SUPERVISING } from "../session.ts";
import { mustFit, Tree } from "../tree.ts";

/** By then the work of starting is done, and memory no longer changes. */
const SETTLE_MS = { quick: 500, full: 1_000 };

interface Size {
  readonly services: number;
  readonly rounds: Measurement["rounds"];
  readonly goals?: {
    readonly timeUp: readonly Goal[];
    readonly timeUpWithLoggers: readonly Goal[];
    readonly memory: readonly Goal[];
  };
}
const SIZES: readonly Size[] = [
  { services: 1, rounds: { quick: 1, full: 7 } },
  { services: 10, rounds: { quick: 1, full: 7 } },
  {
    services: 100,
    rounds: { quick: 1, full: 5 },
    goals: {
      timeUp: [atMostTimes(0.9)],
      timeUpWithLoggers: [atMostTimes(1)],
      memory: [atMostTimes(1.75)],
    },
  },
  {
    services: 1_000,
    rounds: { quick: 1, full: 5 },
    goals: {
      timeUp: [atMostTimes(0.9), atMostTimes(0.85, "dense")],
      timeUpWithLoggers: [atMostTimes(0.95), atMostTimes(1, "dense")],
      memory: [atMostTimes(1.7), atMostTimes(0.1, "dense")],
    },
  },
  { services: 5_000, rounds: { quick: 0, full: 2 } },
];
/** A tree of this size and larger starts once in a round, without a warm-up. */
const LARGE = 1_000;

function treeOf(
  { services, rounds, goals }: Size,
  withLogs: boolean,
  justMade = false,
): Measurement {
  const what = withLogs ? "with loggers" : "without loggers";
  const many = `${services.toLocaleString("en")} ${services === 1 ? "service" : "services"}`;
  const row = (quantity: string, unit: string, goals: readonly Goal[]): Row => ({
    name: `${quantity}, ${many} ${what}`,
    unit,
    better: "lower",
    goals,
    series: { name: `${quantity}, ${what}`, size: services },
  });
  const started = justMade
    ? {
        name: `${many} up in a directory just made`,
        unit: "s",
        better: "lower" as const,
        goals: [atMostTimes(0.5)],
      }
    : row("time up", "s", (withLogs ? goals?.timeUpWithLoggers : goals?.timeUp) ?? []);
  const pss = row("PSS of scanner and supervisors", "MiB", goals?.memory ?? []);
  const dirty = row("private dirty memory of scanner and supervisors", "MiB", []);
  return {
    rows: justMade ? [started] : [started, pss, dirty],
    subjects: justMade ? SUPERVISING : [...SUPERVISING, "bare"],
    rounds,
    warmsUp: services < LARGE,
    open({ driver, isQuick }, subject): Session {
      const daemons = services * (withLogs ? 2 : 1);
      mustFit(2 * daemons);
      const description = (stamps: string) => {
        const run = `exec ${driver.path} stamp ${stamps}`;
        return withLogs ? { run, log: { run } } : { run };
      };
      let tree: Tree | undefined;
      return {
        async measure() {
          tree = new Tree(subject, { services, description, justMade });
          const startMs = tree.start();
          const stamps = await tree.untilStamps(daemons);
          // Reduced, not spread: ten thousand arguments are too many for a call.
          const lastMs = stamps.reduce((last, stamp) => Math.max(last, stamp), 0);
          const found = new Map([[started.name, (lastMs - startMs) / 1_000]]);
          if (subject.name !== "bare" && !justMade) {
            await pause(isQuick ? SETTLE_MS.quick : SETTLE_MS.full);
            const { pssMiB, privateDirtyMiB } = tree.memory();
            found.set(pss.name, pssMiB).set(dirty.name, privateDirtyMiB);
          }
          await tree.close();
          return found;
        },
        close: async () => tree?.close(),
      };
    },
  };
}

export const trees: readonly Measurement[] = [
  ...SIZES.flatMap((size) => [treeOf(size, false), treeOf(size, true)]),
  treeOf({ services: LARGE, rounds: { quick: 1, full: 5 } }, false, true),
];
