import assert from "node:assert/strict";
import { test } from "node:test";
import { textOf } from "../../base/bytes.ts";
import fc from "../../tests/support/fast-check.ts";
import { Lines } from "./line.ts";

const HELD = 8;
const READ = 16;

interface Piece {
  readonly is: "completeLines" | "longLineStart" | "longLineMore";
  readonly text: string;
}

/** Feeds a text in chunks, and returns the portions. */
function feed(chunks: readonly string[], ends: boolean): Piece[] {
  const lines = new Lines(HELD, READ);
  const pieces: Piece[] = [];
  const keep = (portions: ReturnType<Lines["take"]>) => {
    for (const { is, start, end } of portions) {
      pieces.push({ is, text: textOf(lines.bytes.subarray(start, end)) });
    }
  };
  for (const chunk of chunks) {
    const offset = lines.makeRoom();
    assert.ok(lines.bytes.length - offset >= READ, "room for a read");
    for (let at = 0; at < chunk.length; at += 1) lines.bytes[offset + at] = chunk.charCodeAt(at);
    keep(lines.take(chunk.length));
  }
  if (ends) keep(lines.finish());
  return pieces;
}

const joined = (pieces: readonly Piece[]) => pieces.map(({ text }) => text).join("");

test("a line is held until it is complete", () => {
  assert.deepEqual(feed(["ab", "c\nde"], false), [{ is: "completeLines", text: "abc\n" }]);
});

test("a long line is passed on as it comes", () => {
  assert.deepEqual(feed(["12345678", "9", "0\na\n"], false), [
    { is: "longLineStart", text: "12345678" },
    { is: "longLineMore", text: "9" },
    { is: "longLineMore", text: "0\n" },
    { is: "completeLines", text: "a\n" },
  ]);
});

test("the last line gets a newline", () => {
  assert.deepEqual(feed(["a\nb"], true), [
    { is: "completeLines", text: "a\n" },
    { is: "completeLines", text: "b\n" },
  ]);
  assert.deepEqual(feed(["123456789"], true).at(-1), { is: "longLineMore", text: "\n" });
  assert.deepEqual(feed(["a\n"], true), [{ is: "completeLines", text: "a\n" }]);
});

const letter = fc.constantFrom("a", "b", "\n", "\0", "\xff");
const chunk = fc.array(letter, { minLength: 1, maxLength: READ }).map((all) => all.join(""));

test("any chunks: no byte is lost or doubled, and each long line has one start", () => {
  fc.assert(
    fc.property(fc.array(chunk), (chunks) => {
      const text = chunks.join("");
      const pieces = feed(chunks, true);
      assert.equal(joined(pieces), text === "" || text.endsWith("\n") ? text : `${text}\n`);
      let isOpen = false;
      for (const { is, text: piece } of pieces) {
        assert.equal(is === "longLineMore", isOpen);
        if (is === "longLineStart") assert.ok(piece.length >= HELD && !piece.includes("\n"));
        if (is === "completeLines") assert.ok(piece.endsWith("\n"));
        if (is === "longLineMore") assert.ok(!piece.slice(0, -1).includes("\n"));
        isOpen = is === "longLineStart" || (is === "longLineMore" && !piece.endsWith("\n"));
      }
      assert.equal(isOpen, false);
    }),
    { numRuns: 2_000 },
  );
});

test("the beginning of a line that waits is never as long as a long line", () => {
  fc.assert(
    fc.property(fc.array(chunk), (chunks) => {
      const out = joined(feed(chunks, false));
      const text = chunks.join("");
      assert.ok(text.startsWith(out));
      assert.ok(text.length - out.length < HELD);
    }),
  );
});
