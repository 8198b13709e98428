import assert from "node:assert/strict";
import { test } from "node:test";
import { tai64nLabel } from "../../../protocol/tai.ts";
import fc from "../../../tests/support/fast-check.ts";
import {
  firstLineFrom,
  firstLineFromIn,
  lastNewlines,
  lastNewlinesIn,
  type RandomFile,
} from "./find-lines.ts";

/** A file in memory that counts the bytes that are read. */
function fileOf(text: string): RandomFile & { readBytes: number } {
  const bytes = Buffer.from(text, "latin1");
  return {
    size: bytes.length,
    readBytes: 0,
    read(offset, max) {
      const part = bytes.subarray(offset, offset + max);
      this.readBytes += part.length;
      return part;
    },
  };
}

function* chunksOf(text: string, size: number): Generator<Uint8Array> {
  for (let at = 0; at < text.length; at += size) {
    yield Buffer.from(text.slice(at, at + size), "latin1");
  }
}

const label = (seconds: number) => tai64nLabel({ seconds, nanoseconds: 0 });

/** Lines of different lengths, some without a stamp. */
const log = fc
  .array(fc.record({ stamped: fc.boolean(), length: fc.integer({ min: 0, max: 30_000 }) }), {
    maxLength: 40,
  })
  .map((lines) => lines.map((line, index) => ({ ...line, second: 2 * index })));
type Lines = readonly { stamped: boolean; length: number; second: number }[];
const textOf = (lines: Lines) =>
  lines
    .map(
      ({ stamped, length, second }) =>
        `${stamped ? `${label(second)} ` : ""}${"x".repeat(length)}\n`,
    )
    .join("");

function expectedFrom(lines: Lines, second: number): number | undefined {
  if (!lines.some(({ stamped }) => stamped)) return undefined;
  const at = lines.findIndex((line) => line.stamped && line.second >= second);
  return at < 0 ? Number.POSITIVE_INFINITY : textOf(lines.slice(0, at)).length;
}

test("the first line from a time on is found, also among lines without a stamp", () => {
  fc.assert(
    fc.property(log, fc.integer({ min: 0, max: 90 }), (lines, second) => {
      const text = textOf(lines);
      const expected = expectedFrom(lines, second);
      assert.equal(firstLineFrom(fileOf(text), label(second)), expected);
      assert.equal(firstLineFromIn(chunksOf(text, 10_007), label(second)), expected);
    }),
  );
});

test("of a large file only a few blocks are read", () => {
  const lines = Array.from({ length: 400_000 }, (_, second) => `${label(second)} line\n`);
  const file = fileOf(lines.join(""));
  assert.equal(firstLineFrom(file, label(321_123)), 321_123 * 31);
  assert.ok(file.readBytes < 1_500_000, `${file.readBytes} of ${file.size}`);
});

test("the last newlines are counted back from the end", () => {
  fc.assert(
    fc.property(log, fc.nat({ max: 50 }), fc.nat({ max: 2_000_000 }), (lines, count, cut) => {
      const text = textOf(lines);
      const end = Math.min(cut, text.length);
      const ends: number[] = [];
      for (let at = 0; at < end; at += 1) if (text[at] === "\n") ends.push(at + 1);
      const found = Math.min(count, ends.length);
      const offset = count === 0 ? end : ends.at(-count);
      const isThere = count <= ends.length;
      const expected = { offset: isThere ? offset : undefined, found };
      assert.deepEqual(lastNewlines(fileOf(text), end, count), expected);
      const streamed = lastNewlinesIn(chunksOf(text, 4_099), end, count);
      assert.equal(streamed.offset, expected.offset);
      assert.equal(streamed.found, ends.length);
    }),
  );
});
