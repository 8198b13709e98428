import assert from "node:assert/strict";
import { test } from "node:test";
import { tai64nLabel } from "../../../protocol/tai.ts";
import fc from "../../../tests/support/fast-check.ts";
import { LINE_MAX, LogCursor } from "./log-cursor.ts";
import { Merge } from "./merge.ts";

const label = (seconds: number) => tai64nLabel({ seconds, nanoseconds: 0 });

function* chunksOf(text: string, size: number): Generator<Uint8Array> {
  const buffer = new Uint8Array(size); // reused, as a reader does
  for (let at = 0; at < text.length; at += size) {
    const piece = Buffer.from(text.slice(at, at + size), "latin1");
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
  }
}

function merged(texts: readonly string[], size = 64): string[] {
  const cursors = texts.map((text, order) => new LogCursor(order, order, chunksOf(text, size)));
  const lines: string[] = [];
  const merge = new Merge(cursors);
  for (let taken = merge.next(); taken !== undefined; taken = merge.next()) {
    const text = Buffer.from(taken.lines).toString("latin1");
    assert.ok(text.endsWith("\n"));
    for (const line of text.slice(0, -1).split("\n")) lines.push(`${taken.log} ${line}`);
  }
  return lines;
}

test("lines come by time, and at the same time in the order of the logs", () => {
  const gaps = fc.array(fc.nat({ max: 3 }), { maxLength: 40 });
  fc.assert(
    fc.property(
      fc.array(gaps, { maxLength: 9 }),
      fc.integer({ min: 1, max: 300 }),
      (logs, size) => {
        const lines = logs.map((gaps) => {
          let seconds = 0;
          return gaps.map((gap) => {
            seconds += gap;
            return { seconds, text: `${label(seconds)} line` };
          });
        });
        const expected = lines
          .flatMap((log, order) => log.map((line) => ({ ...line, order })))
          .sort((one, other) => one.seconds - other.seconds || one.order - other.order)
          .map(({ order, text }) => `${order} ${text}`);
        const texts = lines.map((log) => log.map(({ text }) => `${text}\n`).join(""));
        assert.deepEqual(merged(texts, size), expected);
      },
    ),
  );
});

test("long runs of one log alternate with the lines of others", () => {
  const runs = [1, 3, 4, 5, 9, 100, 2, 40].flatMap((length, run) => Array(length).fill(run % 3));
  const lines = runs.map((log: number, at) => ({ log, text: `${label(at)} line` }));
  const texts = [0, 1, 2].map((one) =>
    lines.flatMap(({ log, text }) => (log === one ? `${text}\n` : [])).join(""),
  );
  const expected = lines.map(({ log, text }) => `${log} ${text}`);
  for (const size of [50, 1_000, 100_000]) assert.deepEqual(merged(texts, size), expected);
});

test("a line without a stamp stays behind the line before it", () => {
  const one = `${label(1)} a\n  at b\n\n${label(5)} c\n`;
  const other = `begin\n${label(2)} d\n  at e\n`;
  const order = [`1 begin`, `0 ${label(1)} a`, "0   at b", "0 ", `1 ${label(2)} d`, "1   at e"];
  assert.deepEqual(merged([one, other]), [...order, `0 ${label(5)} c`]);
});

test("no line is lost or changed, whatever the stamps", () => {
  const line = fc.tuple(
    fc.option(fc.nat({ max: 9 })),
    fc.string({ maxLength: 5, unit: "binary-ascii" }),
  );
  const log = fc.array(line, { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(log, { maxLength: 4 }), fc.integer({ min: 1, max: 99 }), (logs, size) => {
      const lines = logs.map((log) =>
        log.map(([at, text]) => `${at === null ? "" : label(at)}${text.replaceAll("\n", "")}`),
      );
      const texts = lines.map((log) => log.join("\n")); // the last line has no end
      const all = merged(texts, size);
      for (const [order, text] of texts.entries()) {
        const own = all.filter((line) => line.startsWith(`${order} `)).map((line) => line.slice(2));
        assert.equal(own.join("\n"), text.endsWith("\n") ? text.slice(0, -1) : text);
      }
    }),
  );
});

test("a line that would fill the memory is split", () => {
  const [first = "", second = ""] = merged(["x".repeat(LINE_MAX + 70_000)], 65_536);
  assert.ok(first.length > LINE_MAX && first.length <= LINE_MAX + 65_540);
  assert.equal(first.length + second.length, LINE_MAX + 70_000 + 4);
});
