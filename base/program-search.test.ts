import assert from "node:assert/strict";
import { test } from "node:test";
import { candidates } from "./program-search.ts";

test("a name with a slash stands for itself", () => {
  for (const name of ["/bin/sh", "./run", "a/b", "/"]) {
    assert.deepEqual(candidates(name, "/x:/y"), [name]);
  }
});

test("any other is looked for along PATH, where an empty directory is the current one", () => {
  assert.deepEqual(candidates("sh", "/x:/y/:z"), ["/x/sh", "/y//sh", "z/sh"]);
  assert.deepEqual(candidates("sh", ":/x:"), ["./sh", "/x/sh", "./sh"]);
  assert.deepEqual(candidates("sh", ""), ["./sh"]);
});

test("without PATH it is looked for in /bin and /usr/bin", () => {
  assert.deepEqual(candidates("sh", undefined), ["/bin/sh", "/usr/bin/sh"]);
});
