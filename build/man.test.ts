/** The checks of manual pages, shown to fail. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { faultsIn } from "./man.ts";

test("takes what mandoc says of a page, and not what it says of the machine", () => {
  const output = [
    "mandoc: docs/man/x.8:3:2: WARNING: skipping empty macro",
    "mandoc: docs/man/x.8:9:6: STYLE: referenced manual not found: Xr runsv 8",
    "mandoc: outdated mandoc.db lacks runsv(8) entry, run makewhatis /usr/share/man",
    "",
  ].join("\n");
  assert.deepEqual(faultsIn(output), ["mandoc: docs/man/x.8:3:2: WARNING: skipping empty macro"]);
});
