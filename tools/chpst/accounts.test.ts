import assert from "node:assert/strict";
import { test } from "node:test";
import { firstAbout, groupOf, isAskable, userOf } from "./accounts.ts";

test("a line is a user's ids, whatever else it says", () => {
  assert.deepEqual(userOf("web:x:7:8:The web:/srv:/bin/sh"), { uid: 7, gid: 8 });
  assert.deepEqual(userOf("web::7:8"), { uid: 7, gid: 8 });
  assert.equal(groupOf("adm:x:4:web,log"), 4);
});

test("a line without proper ids is of no use: it must not become root", () => {
  for (const line of [
    "",
    "web",
    "web:x",
    "web:x::8",
    "web:x:7:",
    "web:x:7x:8",
    "+web:::::",
    "web:x:-1:8",
  ]) {
    assert.equal(userOf(line), undefined, line);
  }
  for (const line of ["", "adm:x", "adm:x::", "adm:x:4294967295:"]) {
    assert.equal(groupOf(line), undefined, line);
  }
});

test("the first line of use about exactly that name counts", () => {
  const database = "webs:x:1:1\n# web:x:2:2\nweb:x::3\nweb:x:4:4:::\nweb:x:5:5\nlast:x:6:6";
  const find = (name: string) => firstAbout(name, database, userOf);
  assert.deepEqual(find("web"), { uid: 4, gid: 4 });
  assert.deepEqual(find("last"), { uid: 6, gid: 6 });
  for (const name of ["we", "Web", "web:x", ""]) assert.equal(find(name), undefined, name);
});

test("a comment, an entry of NIS, and what begins with a blank are no accounts", () => {
  for (const name of ["#web", "# web", "+web", "-web", " web", "\tweb", "+", "#"]) {
    assert.equal(firstAbout(name, `${name}:x:0:0::/:`, userOf), undefined, name);
    assert.equal(firstAbout(name, `${name}:x:0:`, groupOf), undefined, name);
  }
});

test("getent is asked for no number, no option and no nothing", () => {
  for (const name of ["0", "1000", "+5", " 7", "-a", "", "+"])
    assert.equal(isAskable(name), false, name);
  for (const name of ["web", "web1", "1web", "DOMAIN\\web", "web@example.org"]) {
    assert.equal(isAskable(name), true, name);
  }
});
