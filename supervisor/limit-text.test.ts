import assert from "node:assert/strict";
import { test } from "node:test";
import { parseNumber, parseSignalName } from "./limit-text.ts";

test("parseNumber accepts whole decimal numbers, and nothing else", () => {
  for (const [text, number] of [
    ["0", 0],
    ["1500\n", 1_500],
    ["007 \t\r\n", 7],
    ["99999999999999999999", 1e20],
  ] as const) {
    assert.equal(parseNumber(text), number, text);
  }
  for (const text of ["", "\n", "-1", "+1", "1.5", "1e3", "0x10", " 1", "1\n2", "5s", "\xb2"]) {
    assert.equal(parseNumber(text), undefined, text);
  }
});

test("parseSignalName returns characters that stand for bytes, as it gets them", () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
  for (const byte of bytes) {
    const name = parseSignalName(`!${byte}`);
    assert.ok(
      [...name].every((character) => character <= "\xff"),
      name,
    );
  }
});

test("parseSignalName accepts a name with and without SIG, in any case", () => {
  for (const text of ["INT\n", "SIGINT", "int", "SigInt \n"]) {
    assert.equal(parseSignalName(text), "INT", text);
  }
});
