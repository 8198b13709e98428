import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import fc from "../tests/support/fast-check.ts";
import { allQuoted, quoted, shown } from "./quoted.ts";

const bytesOf = (text: string) => Buffer.from(text).toString("latin1");

test("quoted leaves usual names alone, and shows the others as a shell reads them", () => {
  const names = {
    web: "web",
    "getty-5": "getty-5",
    "a.b_c@1": "a.b_c@1",
    "my web": "'my web'",
    "web*": "'web*'",
    "~root": "'~root'",
    "": "''",
    "it's": "$'it\\'s'",
    "a\nb": "$'a\\nb'",
    "\x1b[31mred": "$'\\e[31mred'",
    "a\x7f": "$'a\\x7f'",
    "\xff": "$'\\xff'",
    "\xc2\x9b": "$'\\xc2\\x9b'", // U+009B, the control sequence introducer in one character
  };
  for (const [name, text] of Object.entries(names)) assert.equal(quoted(name), text);
  assert.equal(quoted(bytesOf("café")), bytesOf("café"));
  assert.equal(quoted(bytesOf("a\u202eb")), "$'a\\xe2\\x80\\xaeb'");
});

test("what quoted returns is the name again in a shell", () => {
  const name = fc
    .uint8Array({ minLength: 1, maxLength: 12 })
    .map((bytes) => Buffer.from(bytes.map((byte) => byte || 1)).toString("latin1"));
  const names = fc.sample(name, 300).filter((one) => !one.includes("\n"));
  const script = names.map((one) => `printf '%s\\0' ${quoted(one)}`).join("\n");
  const output = execFileSync("bash", ["-s"], { input: Buffer.from(script, "latin1") });
  assert.deepEqual(output.toString("latin1").split("\0").slice(0, -1), names);
});

test("shown escapes what could control a terminal, and nothing else", () => {
  assert.equal(shown("it's a 'test' \\o/"), "it's a 'test' \\o/");
  assert.equal(shown("\x1b]0;title\x07\r\n"), "\\e]0;title\\x07\\r\\n");
});

test("many names are quoted as each by itself", () => {
  for (const names of [["web", "db"], [], [""], ["web", ""], ["web", "a b"], ["a*", "b~c"]]) {
    assert.deepEqual(allQuoted(names), names.map(quoted));
  }
});
