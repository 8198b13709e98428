import assert from "node:assert/strict";
import { test } from "node:test";
import { coloured, isColoured, plain } from "./style.ts";
import { type Column, cutAtEnd, cutInMiddle, tableText } from "./table.ts";

const bytesOf = (text: string) => Buffer.from(text).toString("latin1");
const linesOf = (...table: Parameters<typeof tableText>) =>
  tableText(...table)
    .split("\n")
    .slice(0, -1);
const COLUMNS = [
  { title: "NAME", texts: ["web", "a-very-long-name"], most: 8 },
  { title: "PID", texts: ["17", "4711"], isNumber: true },
  { title: "INFO", texts: ["exit 1, next try 5s", ""] },
];

test("columns are aligned, and nothing is cut in a pipe", () => {
  assert.deepEqual(linesOf(COLUMNS, { width: undefined, paint: plain }), [
    "NAME               PID  INFO",
    "web                 17  exit 1, next try 5s",
    "a-very-long-name  4711",
  ]);
});

test("on a terminal names are cut in the middle, and lines at the end", () => {
  assert.deepEqual(linesOf(COLUMNS, { width: 30, paint: plain }), [
    "NAME       PID  INFO",
    "web         17  exit 1, next..",
    "a-v..ame  4711",
  ]);
  for (let width = 1; width < 40; width += 1) {
    const [, line = ""] = linesOf(COLUMNS, { width, paint: plain });
    assert.ok(width < 16 || line.length <= width, `${width}: ${line}`);
  }
});

test("names are cut only as far as the lines do not fit", () => {
  const nameAt = (width: number) => linesOf(COLUMNS, { width, paint: plain })[2];
  assert.equal(nameAt(43), "a-very-long-name  4711");
  assert.equal(nameAt(42), "a-very-..g-name  4711");
  assert.equal(nameAt(35), "a-v..ame  4711");
  const [, line] = linesOf(COLUMNS, { width: 42, paint: plain });
  assert.equal(line, "web                17  exit 1, next try 5s");
});

test("colour takes no column", () => {
  const state: Column = { title: "STATE", texts: ["up"], tone: () => "good" };
  const info = { title: "INFO", texts: ["x"] };
  const [, line] = linesOf([state, info], { width: 80, paint: coloured });
  assert.equal(line, "\x1b[32mup\x1b[0m     x");
});

test("wide characters are padded to their columns, with colour and without", () => {
  const columns = [
    { title: "NAME", texts: [bytesOf("日本"), "abcdef"] },
    { title: "N", texts: ["1", "22"], isNumber: true },
  ];
  for (const paint of [plain, (text: string) => text]) {
    assert.deepEqual(linesOf(columns, { width: undefined, paint }), [
      "NAME     N",
      `${bytesOf("日本")}     1`,
      "abcdef  22",
    ]);
  }
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
