/**
 * The time that changing to another user adds to an exec: a program through chpst, minus the
 * program alone.
 */
import { atMostTimes, Refused, type Row } from "../measurement.ts";
import { type Measurement, stateless } from "../session.ts";
import { median } from "../statistics.ts";

const TIMES = 100;

const row: Row = {
  name: "chpst -u nobody added to an exec",
  unit: "ms",
  better: "lower",
  goals: [atMostTimes(2)],
};

export const chpst: Measurement = {
  rows: [row],
  subjects: ["ours", "runit", "s6", "daemontools"],
  rounds: { quick: 5, full: 15 },
  warmsUp: true,
  open({ driver }, { asNobody }) {
    if (process.getuid?.() !== 0) throw new Refused("only root may become nobody");
    if (asNobody === undefined) throw new Refused("has no such command");
    // A program that everybody may execute and that costs little or nothing itself.
    const alone = ["/bin/true"];
    return stateless(() => {
      const through = median(driver.timesMs(TIMES, [...asNobody, ...alone]));
      return new Map([[row.name, through - median(driver.timesMs(TIMES, alone))]]);
    });
  },
};
