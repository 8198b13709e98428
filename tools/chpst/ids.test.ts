import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../tests/support/fast-check.ts";
import { parseIdentity } from "./ids.ts";

test("a name stands for a user, and further names for groups", () => {
  assert.deepEqual(parseIdentity("web"), { by: "names", user: "web", groups: [], text: "web" });
  assert.deepEqual(parseIdentity("web:log:adm"), {
    by: "names",
    user: "web",
    groups: ["log", "adm"],
    text: "web:log:adm",
  });
});

test("a number without a colon before it is a name", () => {
  assert.deepEqual(parseIdentity("0"), { by: "names", user: "0", groups: [], text: "0" });
});

test("after a colon come a user id and group ids", () => {
  assert.deepEqual(parseIdentity(":7:8:9"), { by: "numbers", uid: 7, gids: [8, 9] });
});

test("what is no number, or missing, or larger than an id, is never root", () => {
  for (const text of [
    "",
    "1",
    ":2",
    "1:",
    "1::2",
    "1:2:",
    "x:2",
    "1:2x",
    "-1:2",
    "+1:2",
    " 1:2",
    "0x1:2",
  ]) {
    assert.deepEqual(
      parseIdentity(`:${text}`),
      text === "" ? { by: "nothing", text: "" } : { by: "nothing", text },
    );
  }
  for (const id of ["4294967295", "4294967296", "18446744073709551616", "9".repeat(400)]) {
    assert.equal(parseIdentity(`:${id}:1`).by, "nothing");
    assert.equal(parseIdentity(`:1:${id}`).by, "nothing");
  }
});

test("numbers are taken for what they are, and anything else is refused", () => {
  const id = fc.integer({ min: 0, max: 4_294_967_294 });
  fc.assert(
    fc.property(id, fc.array(id, { minLength: 1, maxLength: 100 }), (uid, gids) => {
      assert.deepEqual(parseIdentity(`:${[uid, ...gids].join(":")}`), { by: "numbers", uid, gids });
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      const identity = parseIdentity(`:${text}`);
      if (identity.by !== "numbers") return assert.deepEqual(identity, { by: "nothing", text });
      assert.match(text, /^\d+(:\d+)+$/);
    }),
  );
});
