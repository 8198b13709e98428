import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../tests/support/fast-check.ts";
import { asUtf8, charactersOf, codePoints, columnsOf, isUtf8 } from "./utf8.ts";

const bytesOf = (text: string) => Buffer.from(text).toString("latin1");
const anyBytes = fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("latin1"));

test("codePoints reads valid UTF-8 as every decoder does", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const valid = Buffer.from(text).toString();
      assert.deepEqual(
        codePoints(bytesOf(valid)),
        [...valid].map((character) => character.codePointAt(0)),
      );
    }),
  );
});

test("isUtf8 accepts what a strict decoder accepts, and asUtf8 makes it so", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const accepts = (bytes: string) => {
    try {
      decoder.decode(Buffer.from(bytes, "latin1"));
      return true;
    } catch {
      return false;
    }
  };
  const overlong = ["\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3"];
  for (const bytes of overlong) assert.ok(!isUtf8(bytes));
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      assert.equal(isUtf8(bytes), accepts(bytes));
      assert.ok(accepts(asUtf8(bytes)));
      assert.equal(charactersOf(bytes).join(""), bytes);
    }),
    { numRuns: 1_000 },
  );
});

test("asUtf8 replaces only the bytes that are not UTF-8", () => {
  assert.equal(asUtf8("a\xffb\xc3\xa9"), "a\xef\xbf\xbdb\xc3\xa9");
});

test("columnsOf counts two for wide characters and none for combining ones", () => {
  const widths = { web: 3, "": 0, é: 1, "e\u0301": 1, 日本: 4, "🚀": 2, "→": 1 };
  for (const [text, columns] of Object.entries(widths)) {
    assert.equal(columnsOf(bytesOf(text)), columns, text);
  }
});
