/**
 * The quantities that may grow in a long life: memory, descriptors and children, of each of some
 * processes and of all of them.
 */
import { children, descriptorCount, isBusy, memory } from "../support/procfs.ts";
import { unchanged } from "../support/wait.ts";

/** Processes are at rest if none is at work and nothing has moved for so long. */
const QUIET_MS = 500;

export interface Extent {
  readonly all: number;
  /** Of the process that has most. */
  readonly largest: number;
}

export const QUANTITIES = ["pssKiB", "privateDirtyKiB", "descriptors", "children"] as const;
export type Quantity = (typeof QUANTITIES)[number];
export interface Reading extends Readonly<Record<Quantity, Extent>> {
  readonly processes: number;
}

/** When readings are taken: after the warm-up, halfway and at the end. */
export const MOMENTS = ["start", "middle", "end"] as const;
export type Moment = (typeof MOMENTS)[number];
export type Readings = Partial<Record<Moment, Reading>>;

/** Looks at processes once they are at rest. @param find which they are: asked until then */
export async function readAtRest(find: () => readonly number[]): Promise<Reading> {
  const counts = () => {
    const pids = find();
    const offspring = pids.map((pid) => children(pid).length);
    return { pids, descriptors: pids.map(descriptorCount), offspring };
  };
  await unchanged(
    () => JSON.stringify(counts()),
    QUIET_MS,
    () => find().some(isBusy),
  );
  const { pids, descriptors, offspring } = counts();
  const sizes = pids.map(memory);
  return {
    processes: pids.length,
    pssKiB: extent(sizes.map(({ pssKiB }) => pssKiB)),
    privateDirtyKiB: extent(sizes.map(({ privateDirtyKiB }) => privateDirtyKiB)),
    descriptors: extent(descriptors),
    children: extent(offspring),
  };
}

function extent(numbers: readonly number[]): Extent {
  return { all: numbers.reduce((sum, each) => sum + each, 0), largest: Math.max(...numbers) };
}
