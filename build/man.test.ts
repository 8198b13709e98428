/** The checks of manual pages, shown to fail. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { faultsIn, quoteFaults } from "./man.ts";

test("takes what mandoc says of a page, and not what it says of the machine", () => {
  const output = [
    "mandoc: docs/man/x.8:3:2: WARNING: skipping empty macro",
    "mandoc: docs/man/x.8:9:6: STYLE: referenced manual not found: Xr runsv 8",
    "mandoc: outdated mandoc.db lacks runsv(8) entry, run makewhatis /usr/share/man",
    "",
  ].join("\n");
  assert.deepEqual(faultsIn(output), ["mandoc: docs/man/x.8:3:2: WARNING: skipping empty macro"]);
});

test("finds quotes that a line of the page has put into each other", () => {
  const page = "the state\n     (`down, `run or `finish'''), and `up' or `down'\n     `x' or `y'\n";
  const [first, ...others] = quoteFaults("x.8", page);
  assert.match(first ?? "", /^x\.8: quotes within quotes: .*`down, `run/);
  assert.deepEqual(others, []);
});
