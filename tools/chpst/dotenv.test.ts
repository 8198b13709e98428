import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../tests/support/fast-check.ts";
import { parseDotenv } from "./dotenv.ts";

const byteString = fc
  .uint8Array({ maxLength: 60 })
  .map((content) => Buffer.from(content).toString("latin1"));

const read = (text: string) => {
  const parsed = parseDotenv(text);
  if (!parsed.ok) return `line ${parsed.line}: ${parsed.problem}`;
  return Object.fromEntries(parsed.edits.map(({ name, value }) => [name, value]));
};

test("a dotenv file has assignments, comments and blank lines", () => {
  const file = [
    "# a comment",
    "",
    "  \t",
    "A=1",
    "export B=2",
    "  C = three words  ",
    "D=",
    "E=x # comment",
    "F=x#y",
    "G=#z",
    "exported=1",
    "_h1=1",
    "export  I = 2",
    "J=$HOME `x` \\n",
  ];
  const expected = {
    A: "1",
    B: "2",
    C: "three words",
    D: "",
    E: "x",
    F: "x#y",
    G: "",
    exported: "1",
    _h1: "1",
    I: "2",
    J: "$HOME `x` \\n",
  };
  assert.deepEqual(read(file.join("\n")), expected);
  assert.deepEqual(read(`${file.join("\n")}\n`), expected);
  assert.deepEqual(read(file.join("\r\n")), expected);
});

test("text in single quotes stands as it is", () => {
  assert.deepEqual(read("A='x # \"y\" \\n $z '\nB='two\nlines' # comment\nC=''"), {
    A: 'x # "y" \\n $z ',
    B: "two\nlines",
    C: "",
  });
});

test("within double quotes a backslash escapes", () => {
  assert.deepEqual(
    read('A="a\\nb\\tc\\r\\\\ \\"q\\" \\$x \\`y\\` \\z \'s\'"\nB="two\nli\\\nnes"'),
    {
      A: "a\nb\tc\r\\ \"q\" $x `y` \\z 's'",
      B: "two\nlines",
    },
  );
});

test("a line that is no assignment is reported with its number", () => {
  assert.equal(read("A=1\nB"), "line 2: not NAME=VALUE");
  assert.equal(read("1A=1"), "line 1: not NAME=VALUE");
  assert.equal(read("A-B=1"), "line 1: not NAME=VALUE");
  assert.equal(read("=1"), "line 1: not NAME=VALUE");
  assert.equal(read('A="x\ny"\nB="x'), "line 3: B: quote without end");
  assert.equal(read("\nA='x'y"), "line 2: A: text after the quote");
  assert.equal(read('A="x\\\ny"\nB'), "line 3: not NAME=VALUE");
  assert.equal(read("A=1\0"), "line 1: NUL byte");
});

test("a value in quotes comes back, whatever is in it", () => {
  fc.assert(
    fc.property(byteString, (text) => {
      const value = text.replaceAll("\0", "");
      const quoted = value.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
      assert.deepEqual(read(`A="${quoted}"`), { A: value });
      const single = value.replaceAll("'", "");
      assert.deepEqual(read(`# x\nA='${single}'`), { A: single });
    }),
  );
});

test("no text makes it stumble", () => {
  const pieces = fc.constantFrom("A", "=", "'", '"', "\\", "\n", "\r", " ", "#", "export", "\0");
  fc.assert(
    fc.property(fc.array(pieces), (parts) => {
      const text = parts.join("");
      const parsed = parseDotenv(text);
      if (!parsed.ok) assert.ok(parsed.line >= 1 && parsed.line <= text.split("\n").length + 1);
    }),
    { numRuns: 2_000 },
  );
});
