/**
 * Private memory of scanner and supervisors while 100 services end at the same time and are
 * restarted each second, all subjects during the same period. The period is short: a leak of a byte
 * per restart takes longer to show.
 */
import { setTimeout as pause } from "node:timers/promises";
import { nowMs } from "../driver.ts";
import { atMost, type Row } from "../measurement.ts";
import { type Measurement, type Session, SUPERVISING } from "../session.ts";
import { median } from "../statistics.ts";
import { Tree } from "../tree.ts";

const SERVICES = 100;
/** By then each service has been started a few times, and has its working memory. */
const SETTLE_MS = 5_000;
const PERIOD_MS = { quick: 20_000, full: 120_000 };
/** While a child is forked, its parent's memory is not private: so take several samples. */
const LOOKS = 9;
const BETWEEN_LOOKS_MS = 150;

const row = (name: string, unit: string, goals: Row["goals"]): Row => ({
  name: `memory over restarts, ${name}`,
  unit,
  better: "lower",
  goals,
});
const start = row("start", "MiB", []);
const end = row("end", "MiB", []);
const growth = row("growth", "%", [atMost(2), atMost(2, "dense")]);

export const churn: Measurement = {
  rows: [start, end, growth],
  subjects: SUPERVISING,
  rounds: { quick: 1, full: 1 },
  warmsUp: false,
  async open({ driver, isQuick }, subject): Promise<Session> {
    const run = `#!${driver.path} nothing\n`;
    const tree = new Tree(subject, { services: SERVICES, description: () => ({ run }) });
    tree.start();
    await pause(SETTLE_MS);
    const memoryMiB = async () => {
      const looks: number[] = [];
      for (let look = 0; look < LOOKS; look += 1) {
        looks.push(tree.memory().privateDirtyMiB);
        await pause(BETWEEN_LOOKS_MS);
      }
      return median(looks);
    };
    const before = await memoryMiB();
    const endMs = nowMs() + (isQuick ? PERIOD_MS.quick : PERIOD_MS.full);
    return {
      async measure() {
        await pause(Math.max(0, endMs - nowMs()));
        const after = await memoryMiB();
        return new Map([
          [start.name, before],
          [end.name, after],
          [growth.name, (after / before - 1) * 100],
        ]);
      },
      close: () => tree.close(),
    };
  },
};
