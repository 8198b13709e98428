import assert from "node:assert/strict";
import { test } from "node:test";
import { tai64nLabel } from "../../../protocol/tai.ts";
import fc from "../../../tests/support/fast-check.ts";
import { firstLineFrom, lastNewlines } from "./find-lines.ts";
import { type SearchableFile, type Selection, select } from "./log-range.ts";

const label = (seconds: number) => tai64nLabel({ seconds, nanoseconds: 0 });

interface TextFile extends SearchableFile {
  readonly text: string;
}

function fileOf(text: string, lastLabel: string): TextFile {
  const bytes = Buffer.from(text, "latin1");
  const random = {
    size: bytes.length,
    read: (offset: number, max: number) => bytes.subarray(offset, offset + max),
  };
  return {
    text,
    lastLabel,
    size: bytes.length,
    lastNewlines: (end, count) => lastNewlines(random, Math.min(end, bytes.length), count),
    firstLineFrom: (from) => firstLineFrom(random, from),
    endsInNewline: (end) => text.slice(0, end).endsWith("\n"),
  };
}

const ALL: Selection = { count: undefined, since: undefined, until: undefined };

function selected(files: readonly TextFile[], selection: Partial<Selection>): string {
  const { parts } = select(files, { ...ALL, ...selection });
  return parts.map(({ file, start, end }) => file.text.slice(start, end)).join("");
}

/** One line a second, in files that end at any byte. */
const log = fc
  .record({
    lines: fc.nat({ max: 30 }),
    cuts: fc.array(fc.nat({ max: 1_000 }), { maxLength: 5 }),
    isEnded: fc.boolean(),
  })
  .map(({ lines, cuts, isEnded }) => {
    const all = Array.from({ length: lines }, (_, second) => `${label(second)} ${second}\n`);
    const text = isEnded ? all.join("") : all.join("").slice(0, -1);
    const places = [...new Set(cuts.map((cut) => Math.min(cut, text.length)))].sort(
      (a, b) => a - b,
    );
    const files = [...places, text.length].map((to, index) => {
      const part = text.slice(places[index - 1] ?? 0, to);
      const upTo = text.slice(0, to).split("\n").length;
      return fileOf(part, label(upTo));
    });
    return { text, lines: text.split(/(?<=\n)/), files };
  });

test("the last lines are found in whichever files they are", () => {
  fc.assert(
    fc.property(log, fc.nat({ max: 40 }), ({ lines, files }, count) => {
      const expected = count === 0 ? "" : lines.slice(-count).join("");
      assert.equal(selected(files, { count }), expected);
    }),
  );
});

test("everything is selected if nothing is asked for", () => {
  fc.assert(fc.property(log, ({ text, files }) => assert.equal(selected(files, {}), text)));
});

/** Files that end at the end of lines. */
const whole = (sizes: readonly number[]) => {
  let second = 0;
  return sizes.map((size) => {
    const lines = Array.from({ length: size }, () => `${label(second++)} x\n`);
    return fileOf(lines.join(""), label(second));
  });
};

test("a time selects the lines from it on, or before it, in all files", () => {
  const sizes = fc.array(fc.nat({ max: 4 }), { maxLength: 6 });
  const second = fc.option(fc.nat({ max: 30 }), { nil: undefined });
  const counts = fc.option(fc.nat({ max: 30 }), { nil: undefined });
  fc.assert(
    fc.property(sizes, second, second, counts, (sizes, since, until, count) => {
      const files = whole(sizes);
      const lines = files.flatMap(({ text }) => text.split(/(?<=\n)/).filter(Boolean));
      const range = lines.filter(
        (_, second) => second >= (since ?? 0) && second < (until ?? Number.POSITIVE_INFINITY),
      );
      const expected = count === undefined ? range : count === 0 ? [] : range.slice(-count);
      const bounds = {
        since: since === undefined ? undefined : label(since),
        until: until === undefined ? undefined : label(until),
        count,
      };
      assert.equal(selected(files, bounds), expected.join(""));
    }),
  );
});

test("of lines without stamps whole files are selected", () => {
  const files = [fileOf("a\n", label(10)), fileOf("b\n", label(20)), fileOf("c\n", label(30))];
  assert.equal(selected(files, { since: label(15) }), "b\nc\n");
  assert.equal(selected(files, { until: label(15) }), "a\nb\n");
  assert.equal(selected(files, { since: label(31) }), "");
  const stamped = fileOf(`${label(40)} d\n`, label(50));
  const lacksTimes = (bounds: Partial<Selection>, all = files) =>
    select(all, { ...ALL, ...bounds }).lacksTimes;
  assert.equal(lacksTimes({ since: label(15) }), true);
  assert.equal(lacksTimes({ until: label(15) }), true);
  assert.equal(lacksTimes({ since: label(35) }, [...files, stamped]), false);
  assert.equal(lacksTimes({ since: label(31) }), false);
  assert.equal(lacksTimes({ since: label(5) }, [fileOf("", label(10))]), false);
  assert.equal(lacksTimes({ count: 2 }), false);
});
