/**
 * Input made up at random, the same at every run: `FUZZ_SEED=2` makes up other input,
 * `FUZZ_TIMES=100` a hundred times as much.
 */
import assert from "node:assert/strict";
import fc from "../support/fast-check.ts";

const TIMES = Number(process.env.FUZZ_TIMES ?? 1);
/** On a busy machine an answer may take longer than a second, but not always. */
const ROUNDS = 50;

/** `count` values, or as many times more as are asked for. */
export function randomValues<T>(arbitrary: fc.Arbitrary<T>, count: number): readonly T[] {
  return fc.sample(arbitrary, { numRuns: count * TIMES });
}

/** Does something with each value, `width` at a time. */
export async function forEach<T>(
  values: readonly T[],
  width: number,
  work: (value: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < values.length; index = next++) {
      await work(values[index] as T, index);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** Groups of at most `size`, in order. */
export function chunks<T>(values: readonly T[], size: number): readonly (readonly T[])[] {
  const count = Math.ceil(values.length / size);
  return Array.from({ length: count }, (_, index) =>
    values.slice(index * size, (index + 1) * size),
  );
}

/**
 * What two say has to be the same, word for word. Both print ages in whole seconds, so the first is
 * asked before and after the second, again and again, until no second has begun in between.
 */
export async function sameWithinASecond(
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<void> {
  let last: readonly [unknown, unknown] = [undefined, undefined];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await first();
    last = [await second(), before];
    if (JSON.stringify(before) === JSON.stringify(await first())) break;
  }
  assert.deepEqual(...last);
}
