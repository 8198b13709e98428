/**
 * When a life is flat: in the middle and at the end as at the start, which is after a warm-up.
 * Descriptors and children have to be exactly as many. Of memory there may be more by as much as a
 * fiftieth or, if that is more, by a few pages of each process: what is on a heap changes places
 * all the time, and with it what of the heap of its parent a new supervisor writes to. An object
 * lost at every event is more than that after a few thousand of them.
 */
import { MOMENTS, type Quantity, type Readings } from "./reading.ts";

const GROWTH = 0.02;
const GROWTH_KIB = 64;

/** The rule, for people. */
export const RULE =
  `descriptors and children are exactly as many as at the start, and memory is at most ${GROWTH * 100} % more, or ` +
  `${GROWTH_KIB} KiB for each process`;

export function isFlat(quantity: Quantity, readings: Readings): boolean {
  const { start } = readings;
  if (start === undefined) return false;
  return MOMENTS.every((moment) => {
    const then = readings[moment]?.[quantity];
    if (then === undefined) return false;
    const before = start[quantity];
    return (
      isAsBefore(quantity, before.all, then.all, start.processes) &&
      isAsBefore(quantity, before.largest, then.largest, 1)
    );
  });
}

function isAsBefore(quantity: Quantity, before: number, now: number, processes: number): boolean {
  switch (quantity) {
    case "pssKiB":
    case "privateDirtyKiB":
      return now <= before + Math.max(before * GROWTH, GROWTH_KIB * processes);
    case "descriptors":
    case "children":
      return now === before;
  }
}
