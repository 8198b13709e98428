/**
 * How often scanner and supervisors of 100 idle services wake up, all subjects during the same
 * period.
 */
import { setTimeout as pause } from "node:timers/promises";
import { nowMs } from "../driver.ts";
import { atMost, type Row } from "../measurement.ts";
import { type Measurement, type Session, SUPERVISING } from "../session.ts";
import { Tree } from "../tree.ts";

const SERVICES = 100;
/** By then the work that starting leaves behind is done. */
const SETTLE_MS = 6_000;
/** Includes some scans of the subjects that scan every five seconds. */
const PERIOD_MS = { quick: 10_000, full: 60_000 };

const row: Row = {
  name: "wake-ups of 100 idle services",
  unit: "1/s",
  better: "lower",
  goals: [atMost(0)],
};

export const idle: Measurement = {
  rows: [row],
  subjects: SUPERVISING,
  rounds: { quick: 1, full: 1 },
  warmsUp: false,
  async open({ driver, isQuick }, subject): Promise<Session> {
    const tree = await Tree.up(subject, driver, SERVICES);
    await pause(SETTLE_MS);
    const before = tree.switches();
    const beganMs = nowMs();
    const periodMs = isQuick ? PERIOD_MS.quick : PERIOD_MS.full;
    return {
      async measure() {
        await pause(Math.max(0, beganMs + periodMs - nowMs()));
        const count = tree.switches() - before;
        return new Map([[row.name, (count / (nowMs() - beganMs)) * 1_000]]);
      },
      close: () => tree.close(),
    };
  },
};
