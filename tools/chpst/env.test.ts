import assert from "node:assert/strict";
import { test } from "node:test";
import { getVariable } from "../../base/environment.ts";
import fc from "../../tests/support/fast-check.ts";
import { type Edit, edited, valueOfFile } from "./env.ts";

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
      assert.equal(getVariable(after, "E"), "e");
      for (const one of ["A", "B", "C", "D"]) {
        const last = edits.findLast((each) => each.name === one);
        const untouched = one === "A" ? "a" : undefined;
        assert.equal(getVariable(after, one), last === undefined ? untouched : last.value);
        assert.ok(after.filter((entry) => entry.startsWith(`${one}=`)).length <= 1);
      }
    }),
  );
});
