/**
 * runit as process 1 of a pid namespace: its memory and its wake-ups while stage 2 runs, and the
 * time from the last act of stage 1 to the first of stage 2, a shell and date(1) included.
 */
import { setTimeout as pause } from "node:timers/promises";
import { noNamespace, Process1 } from "../../tests/support/process-one.ts";
import { memory, statusLines } from "../../tests/support/procfs.ts";
import { nowMs } from "../driver.ts";
import { atMost, Refused, type Row } from "../measurement.ts";
import type { Measurement, Session } from "../session.ts";

const SETTLE_MS = 3_000;
const PERIOD_MS = { quick: 5_000, full: 30_000 };
const KIB_PER_MIB = 1_024;
const NS_PER_MS = 1e6;

const lower = (name: string, unit: string, most: number): Row => ({
  name: `process 1: ${name}`,
  unit,
  better: "lower",
  goals: [atMost(most)],
});
const pss = lower("PSS in stage 2", "MiB", 1.5);
const wakeUps = lower("wake-ups in stage 2", "1/s", 0);
const next = lower("stage 1 ends to stage 2 begins", "ms", 10);

/** As the last act of stage 1, and the first of stage 2. */
const STAMP = "date +%s%N >>/run/stamps";
const files = {
  "etc/runit/1": `#!/bin/sh\nexec ${STAMP}\n`,
  "etc/runit/2": `#!/bin/sh\n${STAMP}\nexec sleep 100000\n`,
};

export const processOne: Measurement = {
  rows: [pss, wakeUps, next],
  subjects: ["ours", "runit"],
  rounds: { quick: 1, full: 5 },
  warmsUp: true,
  open({ isQuick }, { name }): Session {
    if (noNamespace !== false) throw new Refused(noNamespace);
    const options = name === "runit" ? { runit: "/sbin/runit" } : {};
    const closing: (() => Promise<void>)[] = [];
    const close = async () => {
      for (const end of closing.splice(0)) await end();
    };
    return {
      async measure() {
        const machine = new Process1({ after: (end) => closing.push(end) }, files, options);
        await machine.untilSays("enter stage: /etc/runit/2");
        const pid = await machine.pid();
        await pause(SETTLE_MS);
        const switches = () => Number(statusLines(pid).get("voluntary_ctxt_switches"));
        const [before, beganMs] = [switches(), nowMs()];
        await pause(isQuick ? PERIOD_MS.quick : PERIOD_MS.full);
        const perS = ((switches() - before) / (nowMs() - beganMs)) * 1_000;
        const [one = Number.NaN, two = Number.NaN] = machine
          .read("run/stamps")
          .split("\n")
          .map((ns) => Number(ns) / NS_PER_MS);
        const found = new Map([
          [pss.name, memory(pid).pssKiB / KIB_PER_MIB],
          [wakeUps.name, perS],
          [next.name, two - one],
        ]);
        await close();
        return found;
      },
      close,
    };
  },
};
