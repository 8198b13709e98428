/**
 * From kill -9 of a daemon to the first action of its next process. The daemon is a small program,
 * without a shell.
 */
import { setTimeout as pause } from "node:timers/promises";
import { nowMs, stampsMs } from "../driver.ts";
import { atMostTimes, type Row } from "../measurement.ts";
import { type Measurement, type Session, SUPERVISING } from "../session.ts";
import { median } from "../statistics.ts";
import { Tree } from "../tree.ts";

/** Each service is killed once in a round. */
const SERVICES = 10;
/** A younger daemon gets a restart delay of a second. */
const AGE_MS = 1_200;

const row: Row = {
  name: "kill -9 of a daemon to its next exec",
  unit: "ms",
  better: "lower",
  goals: [atMostTimes(1)],
};

export const respawn: Measurement = {
  rows: [row],
  subjects: SUPERVISING,
  rounds: { quick: 3, full: 30 },
  warmsUp: true,
  async open({ driver }, subject): Promise<Session> {
    const run = { link: driver.path };
    const tree = new Tree(subject, { services: SERVICES, description: () => ({ run }) });
    const services = Array.from({ length: SERVICES }, (_, index) => tree.service(`s${index}`));
    tree.start();
    for (const service of services) await tree.untilStamps(1, `${service}/stamps`);
    return {
      async measure() {
        const startedMs = Math.max(...services.flatMap((service) => stampsMs(`${service}/stamps`)));
        await pause(Math.max(0, startedMs + AGE_MS - nowMs()));
        const daemons = tree.daemons();
        const tookMs: number[] = [];
        for (const service of services) {
          const file = `${service}/stamps`;
          const before = stampsMs(file).length;
          const pid = daemons.get(service);
          if (pid === undefined) throw new Error(`no daemon in ${service}`);
          const killedMs = nowMs();
          process.kill(pid, "SIGKILL");
          const stamps = await tree.untilStamps(before + 1, file);
          tookMs.push((stamps.at(-1) ?? Number.NaN) - killedMs);
        }
        return new Map([[row.name, median(tookMs)]]);
      },
      close: () => tree.close(),
    };
  },
};
