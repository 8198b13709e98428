import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutOwnWords } from "./image.ts";

const imageOf = (...words: readonly bigint[]): Buffer => {
  return Buffer.from(BigUint64Array.from(words).buffer);
};

test("an image has nothing of the process that made it", () => {
  const one = withoutOwnWords(
    imageOf(5n, 0x7ffc_0000_0010n, 7n),
    imageOf(5n, 0x7ffd_0000_0010n, 7n),
  );
  const two = withoutOwnWords(
    imageOf(5n, 0x7ffc_0000_0020n, 7n),
    imageOf(5n, 0x7ffe_0000_0010n, 7n),
  );
  assert.deepEqual(one, two);
  assert.deepEqual(one, imageOf(5n, 1n, 7n));
});

test("an image that depends on its process in many places stops the build", () => {
  const words = (from: bigint) =>
    imageOf(...Array.from({ length: 6 }, (_, at) => from + BigInt(at)));
  assert.throws(() => withoutOwnWords(words(0n), words(9n)), /differ in 6 words/);
  assert.throws(() => withoutOwnWords(imageOf(1n), imageOf(1n, 2n)), /two lengths/);
});
