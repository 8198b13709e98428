/** Which Node is too old for the console and the importer. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inRoot } from "../build/paths.ts";
import { isTooOld, OLDEST_NODE } from "./node-version.ts";

test("a Node is too old by its major number, or by its minor one", () => {
  for (const old of ["20.20.2", "22.11.0", "22.9.0", "9.12.0"]) assert.equal(isTooOld(old), true);
  for (const fit of ["22.12.0", "22.13.1", "24.0.0"]) assert.equal(isTooOld(fit), false);
});

for (const folder of ["node/console", "node/import"]) {
  test(`package.json of ${folder} names the oldest Node`, () => {
    const text = readFileSync(inRoot(folder, "package.json"), "utf8");
    assert.equal(JSON.parse(text).engines.node, `>=${OLDEST_NODE}`);
  });
}
