import assert from "node:assert/strict";
import { test } from "node:test";
import { plainText } from "./plain-text.ts";

test("a page becomes its text, without tags, with the characters that entities stand for", () => {
  const page =
    "<html><head><title>x</title></head>\n<p>A &lt;a@b.c&gt; &amp; B&#60;  </p>\n\n\n<br/>&mdash;</html>";
  assert.equal(plainText(page), "A <a@b.c> & B<\n\n&mdash;\n");
});
