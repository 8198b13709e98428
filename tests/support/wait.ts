/**
 * Waiting for a condition, never for a time: looks again and again until there is something to
 * see or the deadline has passed, and then reports the last state.
 */
import { setImmediate as othersRun, setTimeout as pause } from "node:timers/promises";

/**
 * Long enough for a busy machine; nothing that works takes anywhere near it on one that is not.
 * RUNITS_PATIENCE multiplies it, for a machine that is emulated.
 */
export const DEADLINE_MS = 120_000 * Number(process.env.RUNITS_PATIENCE ?? 1);
const LOOK_EVERY_MS = 10;

/** The condition that a test waited for did not come about. */
export class NeverHappened extends Error {
  override readonly name = "NeverHappened";
}

/** Returns when Node has read what was in the pipes of its children. */
async function readPipes(): Promise<void> {
  for (let round = 0; round < 3; round++) await othersRun();
}

/**
 * The first answer of `look` that is not `undefined`. Messages that were written before what it saw
 * have been read.
 *
 * @param what the condition, for the message
 * @param tell the state of things, for the message
 */
export async function eventually<T>(
  what: string,
  look: () => T | undefined,
  tell: () => string,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    const seen = look();
    if (seen !== undefined) {
      await readPipes();
      return seen;
    }
    if (performance.now() > endMs) {
      throw new NeverHappened(`no ${what} within ${deadlineMs} ms; last seen:\n${tell()}`);
    }
    await pause(LOOK_EVERY_MS);
  }
}

/**
 * Returns once `look` has given the same answer for `quietMs`: for "and then nothing happens".
 * Where `isBusy` says that somebody is at work, or waits for a processor, the time begins anew: a
 * loaded machine is not taken for a quiet one.
 */
export async function unchanged(
  look: () => string,
  quietMs: number,
  isBusy = () => false,
  deadlineMs = DEADLINE_MS,
): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  let seen = look();
  let sinceMs = performance.now();
  while (performance.now() - sinceMs < quietMs) {
    if (performance.now() > endMs) throw new NeverHappened(`no rest; last seen:\n${seen}`);
    await pause(LOOK_EVERY_MS);
    const now = look();
    if (now !== seen || isBusy()) {
      seen = now;
      sinceMs = performance.now();
    }
  }
}

/** Too short for the look every five seconds if one has just been. */
const SOON_MS = 4_000;
export const SOON_ROUNDS = 5;

/**
 * For effects of an event, and not of a look every five seconds. It is soon there in one of five
 * rounds, for a busy machine may need as long as a look would take.
 *
 * @param act has just seen a look when it begins to count; answers with how long it took then, in
 * milliseconds
 */
export async function soonOnce(act: (round: number) => Promise<number>): Promise<void> {
  const tookMs: number[] = [];
  for (let round = 0; round < SOON_ROUNDS; round++) {
    const lastMs = await act(round);
    if (lastMs < SOON_MS) return;
    tookMs.push(lastMs);
  }
  throw new NeverHappened(`never within ${SOON_MS} ms, but after ${tookMs.join(", ")}`);
}
