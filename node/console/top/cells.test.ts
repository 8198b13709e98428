import assert from "node:assert/strict";
import { test } from "node:test";
import { cellsOf, headingOf, layoutFor, MARK_WIDTH, printable, STATE_WIDTH } from "./cells.ts";

test("columns fit into every width that has room for a name and a state", () => {
  for (let width = 30; width <= 300; width++) {
    const layout = layoutFor(width);
    const used = MARK_WIDTH + layout.name + STATE_WIDTH + headingOf(layout).length;
    assert.ok(used <= width, `${used} of ${width}`);
  }
});

test("a service that nobody could look at has empty columns", () => {
  const service = { name: "web", directory: "/web", summary: "unsupervised", info: "" };
  const layout = layoutFor(120);
  const cells = cellsOf(service, { cpu: null, memory: null }, layout);
  assert.equal(cells, " ".repeat(headingOf(layout).length));
});

test("nothing in a name or a line commands the terminal", () => {
  assert.equal(printable("\u001b[31mred\u0007\u009b2J"), "\uFFFD[31mred\uFFFD\uFFFD2J");
  assert.equal(printable("a\tb\u202ec"), "a  b\uFFFDc");
  assert.equal(printable("Straße 図"), "Straße 図");
});
