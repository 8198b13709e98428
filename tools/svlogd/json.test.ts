import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, textOf } from "../../base/bytes.ts";
import fc from "../../tests/support/fast-check.ts";
import { memberOf, withMember } from "./json.ts";

const stamped = (line: string): string | undefined => {
  const bytes = withMember(bytesOf(line), memberOf("time", "iso", "2024-02-29T12:00:00.12345"));
  return bytes === undefined ? undefined : textOf(bytes);
};
const MEMBER = '"time":"2024-02-29T12:00:00.12345Z"';

test("the time becomes the first member of a JSON object", () => {
  assert.equal(stamped('{"a":1}'), `{${MEMBER},"a":1}`);
  assert.equal(stamped("{}"), `{${MEMBER}}`);
  assert.equal(stamped(" { } \r"), ` {${MEMBER} } \r`);
  assert.equal(stamped('{"a":"\xc3\xa9"}'), `{${MEMBER},"a":"\xc3\xa9"}`);
});

test("a line that is not a JSON object stays as it is", () => {
  for (const line of ["", "text", "{x}", '{"a":1', '{"a":1}}', "[1]", '"a"', "1", '{"a":"\0"}']) {
    assert.equal(stamped(line), undefined, line);
  }
});

test("the member has the given name, as a JSON string", () => {
  assert.equal(memberOf('a"b', "utc", "S"), '"a\\"b":"S"');
});

test("an object keeps its members, and the time comes first", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
      const line = Buffer.from(JSON.stringify(object), "utf8").toString("latin1");
      const text = Buffer.from(stamped(line) ?? "", "latin1").toString("utf8");
      const { time, ...rest } = JSON.parse(text) as Record<string, unknown>;
      const { time: own, ...others } = JSON.parse(JSON.stringify(object)) as typeof rest;
      assert.equal(time, own ?? "2024-02-29T12:00:00.12345Z");
      assert.deepEqual(rest, others);
    }),
  );
});
