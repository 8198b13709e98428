import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { valueIn } from "../../base/environment.ts";
import { type Edit, edited, parseDotenv, valueOfFile } from "./env.ts";

const byteString = fc
  .uint8Array({ maxLength: 60 })
  .map((content) => Buffer.from(content).toString("latin1"));

test("an empty file removes the variable", () => {
  assert.equal(valueOfFile(""), undefined);
});

test("a file's value is its first line, without blanks at its end", () => {
  const values = ["v", "v\n", "v \t \nw", " v w\n", "\n", " \t\n", "v\r\n", "\nv"].map((text) =>
    valueOfFile(text),
  );
  assert.deepEqual(values, ["v", "v", "v", " v w", "", "", "v\r", ""]);
});

test("NUL bytes stand for newlines, but for none that would be cut", () => {
  const values = ["a\0b\nc", "\0", "a\0 \n"].map((text) => valueOfFile(text));
  assert.deepEqual(values, ["a\nb", "\n", "a\n"]);
});

test("a value is a piece of the file, whatever is in it", () => {
  fc.assert(
    fc.property(byteString, (content) => {
      const expected = (content.split("\n")[0] ?? "").replace(/[ \t]+$/, "").replaceAll("\0", "\n");
      assert.equal(valueOfFile(content), content === "" ? undefined : expected);
    }),
  );
});

test("edits replace, remove and add; the rest stays as it was and where it was", () => {
  const before = ["A=1", "B=2", "C=3", "=x", "odd", "B=again"];
  const edits = [
    { name: "B", value: undefined },
    { name: "D", value: "4" },
    { name: "A", value: "" },
    { name: "D", value: "5" },
  ];
  assert.deepEqual(edited(before, edits), ["C=3", "=x", "odd", "A=", "D=5"]);
  assert.deepEqual(edited(before, []), before);
});

test("the last edit of a name counts", () => {
  const name = fc.constantFrom("A", "B", "C", "D");
  const value = fc.option(fc.constantFrom("", "1", "x=y"), { nil: undefined });
  const edit: fc.Arbitrary<Edit> = fc.tuple(name, value).map(([n, v]) => ({ name: n, value: v }));
  fc.assert(
    fc.property(fc.array(edit), (edits) => {
      const after = edited(["A=a", "E=e"], edits);
      assert.equal(valueIn(after, "E"), "e");
      for (const one of ["A", "B", "C", "D"]) {
        const last = edits.findLast((each) => each.name === one);
        const untouched = one === "A" ? "a" : undefined;
        assert.equal(valueIn(after, one), last === undefined ? untouched : last.value);
        assert.ok(after.filter((entry) => entry.startsWith(`${one}=`)).length <= 1);
      }
    }),
  );
});

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

test("what is within single quotes stands as it is", () => {
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

test("what is no assignment is told with its line", () => {
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
