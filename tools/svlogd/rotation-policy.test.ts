import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf } from "../../base/bytes.ts";
import { tai64nLabel } from "../../protocol/tai.ts";
import fc from "../../tests/support/fast-check.ts";
import {
  filesToDelete,
  nextLabel,
  oldestDeletable,
  type SizeLimits,
  splitAtLimit,
  waitingForProcessor,
} from "./rotation-policy.ts";

/** Writes chunks into paper files, as log-directory.ts does. */
function write(limits: SizeLimits, chunks: readonly string[]): string[] {
  const files = [""];
  for (const chunk of chunks) {
    const bytes = bytesOf(chunk);
    let at = 0;
    while (at < bytes.length) {
      const current = files.at(-1) ?? "";
      const isInLine = current !== "" && !current.endsWith("\n");
      const file = { size: current.length, isInLine };
      const { end, rotates } = splitAtLimit(limits, file, bytes, at, bytes.length);
      assert.ok(end >= at && (end > at || rotates), "it goes on");
      files[files.length - 1] = current + chunk.slice(at, end);
      if (rotates) {
        assert.ok(files.at(-1) !== "", "an empty file is not rotated");
        files.push("");
      }
      at = end;
    }
  }
  return files;
}

/** The original's rule, a byte at a time: full at the limit, and at the end of a line near it. */
function slowly({ sizeMax, lineBytes }: SizeLimits, text: string): string[] {
  const files = [""];
  for (const character of text) {
    if (sizeMax > 0 && (files.at(-1) ?? "").length >= sizeMax) files.push("");
    files[files.length - 1] += character;
    const size = (files.at(-1) ?? "").length;
    if (sizeMax > 0 && character === "\n" && size >= sizeMax - lineBytes) files.push("");
  }
  return files;
}

const text = fc
  .array(fc.constantFrom("a", "b", "c", "d", "\n", "e\n"), { maxLength: 120 })
  .map((all) => all.join(""));
/** A text in pieces. */
const pieces = fc.tuple(text, fc.array(fc.nat({ max: 120 }))).map(([whole, cuts]) => {
  const at = [0, ...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length];
  return at.slice(1).map((end, index) => whole.slice(at[index], end));
});

test("a file ends at the same byte as with the original, for any pieces", () => {
  const limits = fc
    .tuple(fc.integer({ min: 1, max: 30 }), fc.nat({ max: 40 }))
    .map(([lineBytes, more]) => ({ lineBytes, sizeMax: more === 40 ? 0 : lineBytes + more }));
  fc.assert(
    fc.property(limits, pieces, (limit, chunks) => {
      assert.deepEqual(write(limit, chunks), slowly(limit, chunks.join("")));
    }),
    { numRuns: 3_000 },
  );
});

test("a limit below a line's length cuts no line that fits a file", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), text, (sizeMax, whole) => {
      const files = write({ sizeMax, lineBytes: 1_000 }, [whole]);
      assert.equal(files.join(""), whole);
      for (const file of files) assert.ok(file.length <= sizeMax);
      const lines = whole.split("\n").map((line) => `${line}\n`);
      for (const line of lines.slice(0, -1).filter(({ length }) => length <= sizeMax)) {
        assert.ok(files.some((file) => file.includes(line)));
      }
    }),
    { numRuns: 2_000 },
  );
});

const label = (seconds: number) => tai64nLabel({ seconds, nanoseconds: 0 });

test("a label is the time, or later than the newest if the clock was set back", () => {
  assert.equal(nextLabel(label(5), []), label(5));
  assert.equal(nextLabel(label(5), [`${label(4)}.s`, "current"]), label(5));
  const after = tai64nLabel({ seconds: 9, nanoseconds: 1 });
  assert.equal(nextLabel(label(5), [`${label(9)}.u`, `${label(4)}.s`]), after);
  const late = tai64nLabel({ seconds: 9, nanoseconds: 999_999_999 });
  assert.equal(nextLabel(label(5), [`${late}.s`]), label(10));
  assert.equal(nextLabel(label(5), ["@zzzzzzzzzzzzzzzzzzzzzzzzz.s".slice(0, 27)]), label(5));
});

test("a label is never that of another file", () => {
  const [highest, other] = ["@ffffffffffffffffffffffff.s", "@zzzzzzzzzzzzzzzzzzzzzzzz.s"];
  const last = "@7fffffffffffffff3b9ac9ff.u";
  const beforeLast = "@7fffffffffffffff3b9ac9fe.s";
  const names = [highest, other, beforeLast];
  for (let round = 0; round < 5; round += 1) {
    const name = `${nextLabel(label(5), names)}.s`;
    assert.match(name, /^@[0-9a-f]{24}\.s$/);
    assert.ok(!names.includes(name), name);
    names.push(name);
  }
  assert.equal(nextLabel(label(5), [highest, `${label(5)}.s`]), `${label(5).slice(0, -1)}1`);
  assert.equal(nextLabel(label(5), [last, highest]), label(5));
  assert.equal(
    nextLabel(label(5), [last, beforeLast, `${label(5)}.u`]),
    `${label(5).slice(0, -1)}1`,
  );
});

test("files beyond n and leftovers are deleted, but not those that wait for a processor", () => {
  const names = [1, 2, 3, 4].map((second) => `${label(second)}.s`);
  const [first = "", second = "", ...rest] = names;
  const waiting = `${label(0)}.u`;
  const leftover = `${label(0)}.t`;
  const all = ["current", "lock", ...rest, leftover, second, first, waiting];
  assert.deepEqual(filesToDelete(all, 2, undefined), {
    leftovers: [leftover],
    old: [first, second],
  });
  assert.deepEqual(filesToDelete(all, 0, undefined).old, []);
  assert.deepEqual(filesToDelete(all, 9, label(0)), { leftovers: [], old: [] });
  assert.deepEqual(waitingForProcessor(all), [waiting]);
});

test("on a full disk the oldest file is deleted, whatever its suffix, down to N", () => {
  const names = [`${label(1)}.u`, `${label(2)}.s`, `${label(3)}.s`, "current"];
  assert.equal(oldestDeletable(names, { keep: 10, keepLeast: 2 }, undefined), names[0]);
  assert.equal(oldestDeletable(names, { keep: 10, keepLeast: 2 }, label(1)), names[1]);
  assert.equal(oldestDeletable(names, { keep: 10, keepLeast: 3 }, undefined), undefined);
  assert.equal(oldestDeletable(names, { keep: 10, keepLeast: 10 }, undefined), undefined);
  assert.equal(oldestDeletable(names, { keep: 0, keepLeast: 0 }, undefined), undefined);
});
