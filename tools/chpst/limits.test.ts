import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../tests/support/fast-check.ts";
import { parseAmount, parseLimit, RESOURCES } from "./limits.ts";

const NONE = Number.POSITIVE_INFINITY;

test("an amount is digits, and no digits are 0", () => {
  assert.deepEqual(
    ["0", "007", "", "1234567890"].map((text) => parseAmount(text, "nofile")),
    [0, 7, 0, 1_234_567_890],
  );
});

test("bytes may be told in k, m, g and t; counts and seconds may not", () => {
  assert.deepEqual(
    ["1k", "2M", "3g", "4T"].map((text) => parseAmount(text, "data")),
    [1024, 2 * 1024 ** 2, 3 * 1024 ** 3, 4 * 1024 ** 4],
  );
  for (const resource of ["nofile", "nproc", "cpu"] as const) {
    assert.equal(parseAmount("1k", resource), undefined);
  }
});

test("unlimited, and what 63 bits cannot hold, is no limit", () => {
  for (const text of ["unlimited", "9223372036854775808", "9".repeat(400), "9999999999t"]) {
    assert.equal(parseAmount(text, "core"), NONE);
  }
});

test("signs, spaces, fractions and other letters are refused", () => {
  for (const text of ["-1", "+1", " 1", "1 ", "1.5", "0x1", "k", "1kb", "1e3", "=", "Unlimited"]) {
    assert.equal(parseAmount(text, "data"), undefined, text);
  }
});

test("digits stand for their number", () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(...RESOURCES), (amount, resource) => {
      assert.equal(parseAmount(String(amount), resource), amount);
    }),
  );
});

test("--limit sets soft, hard, or both", () => {
  const limitOf = (text: string) => parseLimit(text)?.wanted;
  assert.deepEqual(limitOf("nofile=10:20"), { soft: 10, hard: 20 });
  assert.deepEqual(limitOf("nofile=10:"), { soft: 10, hard: undefined });
  assert.deepEqual(limitOf("nofile=:20"), { soft: undefined, hard: 20 });
  assert.deepEqual(limitOf("nofile=10"), { soft: 10, hard: 10 });
  assert.deepEqual(limitOf("CORE=0:unlimited"), { soft: 0, hard: NONE });
  assert.deepEqual(parseLimit("as=1g")?.resource, "as");
});

test("--limit refuses what makes no sense", () => {
  for (const text of [
    "",
    "nofile",
    "=1",
    "nofile=",
    "nofile=:",
    "files=1",
    "nofile=x",
    "nofile=1:x",
    "nofile=1:2:3",
    "nofile=3:2",
    "nofile=unlimited:5",
    "nofile=1k",
  ]) {
    assert.equal(parseLimit(text), undefined, text);
  }
});
