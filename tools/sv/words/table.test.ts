import assert from "node:assert/strict";
import { test } from "node:test";
import { coloured, isColoured, plain } from "./style.ts";
import { cutAtEnd, cutInMiddle, tableLines } from "./table.ts";

const bytesOf = (text: string) => Buffer.from(text).toString("latin1");
const COLUMNS = [{ title: "NAME", most: 8 }, { title: "PID", isNumber: true }, { title: "INFO" }];
const ROWS = [
  [{ text: "web" }, { text: "17" }, { text: "exit 1, next try 5s" }],
  [{ text: "a-very-long-name" }, { text: "4711" }, { text: "" }],
];

test("columns are aligned, and nothing is cut in a pipe", () => {
  assert.deepEqual(tableLines(COLUMNS, ROWS, { width: undefined, paint: plain }), [
    "NAME               PID  INFO",
    "web                 17  exit 1, next try 5s",
    "a-very-long-name  4711",
  ]);
});

test("on a terminal names are cut in the middle, and lines at the end", () => {
  assert.deepEqual(tableLines(COLUMNS, ROWS, { width: 30, paint: plain }), [
    "NAME       PID  INFO",
    "web         17  exit 1, next..",
    "a-v..ame  4711",
  ]);
  for (let width = 1; width < 40; width += 1) {
    const [, line = ""] = tableLines(COLUMNS, ROWS, { width, paint: plain });
    assert.ok(width < 16 || line.length <= width, `${width}: ${line}`);
  }
});

test("colour takes no column", () => {
  const [, line] = tableLines(
    [{ title: "STATE" }, { title: "INFO" }],
    [[{ text: "up", tone: "good" }, { text: "x" }]],
    { width: 80, paint: coloured },
  );
  assert.equal(line, "\x1b[32mup\x1b[0m     x");
});

test("characters are cut whole, and wide ones count two", () => {
  assert.equal(cutInMiddle(bytesOf("日本語日本語"), 8), bytesOf("日..語"));
  assert.equal(cutAtEnd(bytesOf("é".repeat(9)), 5), bytesOf("ééé.."));
  assert.deepEqual(
    [cutInMiddle("abcdef", 2), cutAtEnd("abcdef", 1), cutAtEnd("abc", 3)],
    ["..", "a", "abc"],
  );
});

test("colour is for terminals that show it, unless an option says so", () => {
  const terminal = { isTerminal: true, noColor: undefined, term: "xterm" };
  assert.ok(isColoured("auto", terminal));
  assert.ok(isColoured("auto", { ...terminal, noColor: "" }));
  assert.ok(!isColoured("auto", { ...terminal, noColor: "1" }));
  assert.ok(!isColoured("auto", { ...terminal, term: "dumb" }));
  assert.ok(!isColoured("auto", { ...terminal, isTerminal: false }));
  assert.ok(isColoured("always", { ...terminal, noColor: "1", isTerminal: false }));
  assert.ok(!isColoured("never", terminal));
});
