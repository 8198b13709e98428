/** An ordered stop of a tree whose services depend on each other. */
import assert from "node:assert/strict";
import { DEPENDENCIES, dependent, orderOf, untilOrder } from "../../support/dependencies.ts";
import { testBothWays } from "../../support/scan.ts";

/** Whichever service comes first in the directory, one of the chains has the other order. */
const CHAINS = {
  a1: dependent("a1", { after: ["b1"] }),
  b1: dependent("b1", { after: ["c1"] }),
  c1: dependent("c1"),
  a2: dependent("a2"),
  b2: dependent("b2", { after: ["a2"] }),
  c2: dependent("c2", { needs: ["b2"] }),
};

testBothWays(
  "a tree stops dependants before what they need or come after",
  DEPENDENCIES,
  async (t, start) => {
    const tree = start(t, CHAINS, { args: ["--stop"] });
    for (const name of Object.keys(CHAINS)) await untilOrder(tree, `start ${name}`);
    tree.runsvdir.signal("SIGTERM");
    assert.deepEqual(await tree.runsvdir.exit(), { code: 0, signal: null });
    const ends = orderOf(tree).filter((line) => /^(term|end) /.test(line));
    for (const chain of [
      ["a1", "b1", "c1"],
      ["c2", "b2", "a2"],
    ]) {
      assert.deepEqual(
        ends.filter((line) => chain.includes(line.split(" ")[1] ?? "")),
        chain.flatMap((name) => [`term ${name}`, `end ${name}`]),
      );
    }
  },
);
