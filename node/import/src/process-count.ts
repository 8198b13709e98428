/**
 * How many processes a program may have.
 *
 * Pure: numbers only.
 */

/** More are a mistake, and plans for them could fill the memory. */
const PROCESSES_MAX = 10_000;

/** For a number that {@link isProcessCount} refuses. */
export const NO_COUNT = `no number from 0 to ${PROCESSES_MAX}`;

export function isProcessCount(count: number): boolean {
  return Number.isInteger(count) && count >= 0 && count <= PROCESSES_MAX;
}
