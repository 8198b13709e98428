/**
 * From a link in the scanned directory to the first action of the service's run. s6 has to be
 * notified, and is.
 */
import { execFileSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { nowMs, stampsMs } from "../driver.ts";
import { atMost, type Row } from "../measurement.ts";
import { type Measurement, type Session, SUPERVISING } from "../session.ts";
import { Tree } from "../tree.ts";

/** Steps of the golden section are spread evenly over the time between two scans. */
const GOLDEN = 0.618;

const row: Row = {
  name: "a new service seen, link to first act",
  unit: "ms",
  better: "lower",
  goals: [atMost(10)],
};

export const notice: Measurement = {
  rows: [row],
  subjects: SUPERVISING,
  rounds: { quick: 3, full: 11 },
  warmsUp: true,
  async open({ driver }, subject): Promise<Session> {
    const run = { link: driver.path };
    const tree = new Tree(subject, { services: 1, description: () => ({ run }) });
    tree.start();
    await tree.untilStamps(1, `${tree.service("s0")}/stamps`);
    return {
      async measure(round) {
        const name = tree.make(`s${round + 1}`);
        await pause(((round * GOLDEN) % 1) * subject.looksEveryMs);
        let startMs = nowMs();
        tree.link(name);
        if (subject.tell !== undefined) {
          const told = `${tree.dir}/../told`;
          execFileSync(driver.path, ["stamp", told, ...subject.tell(tree.dir)]);
          startMs = stampsMs(told).at(-1) ?? Number.NaN;
        }
        const [seenMs = Number.NaN] = await tree.untilStamps(1, `${tree.service(name)}/stamps`);
        return new Map([[row.name, seenMs - startMs]]);
      },
      close: () => tree.close(),
    };
  },
};
