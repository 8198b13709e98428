import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../tests/support/fast-check.ts";
import { dotText, type GraphNode, rootsOf, treeLines } from "./graph-text.ts";
import { plain } from "./style.ts";

/** `web: db, ~cache` needs db and comes after cache. */
function graph(...lines: readonly string[]): Map<string, GraphNode> {
  return new Map(
    lines.map((line) => {
      const [name = "", targets = ""] = line.split(": ");
      const edges = targets
        .split(", ")
        .filter((one) => one !== "")
        .map((one) =>
          one.startsWith("~")
            ? { kind: "after" as const, to: one.slice(1) }
            : { kind: "needs" as const, to: one },
        );
      return [name, { id: name, name, summary: "running", problem: "", edges, waitsFor: [] }];
    }),
  );
}

const tree = (nodes: ReadonlyMap<string, GraphNode>) => treeLines(rootsOf(nodes), nodes, plain);

test("what a service needs is below it, once in full", () => {
  const nodes = graph("web: db, ~cache", "job: db", "db: disk", "cache", "disk");
  assert.deepEqual(tree(nodes), [
    "web running",
    "  db running",
    "    disk running",
    "  cache running (after)",
    "job running",
    "  db running (see above)",
  ]);
});

test("a circle has a root, and is closed by its first service", () => {
  assert.deepEqual(tree(graph("a: b", "b: c", "c: a", "d")), [
    "d running",
    "a running",
    "  b running",
    "    c running",
    "      a running (circle)",
  ]);
});

test("what is waited for is marked", () => {
  const nodes = graph("web: db", "db");
  const web = nodes.get("web");
  assert.ok(web);
  nodes.set("web", { ...web, summary: "waiting", waitsFor: ["db"] });
  assert.deepEqual(tree(nodes), ["web waiting", "  db running <- waits"]);
  assert.match(dotText(nodes), /"web" -> "db" \[color=red\];/);
});

test("every graph is printed whole: each service has a line, each edge too", () => {
  const edge = fc.tuple(fc.nat(7), fc.nat(7));
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 20 }), (pairs) => {
      const lines = Array.from({ length: 8 }, (_, from) => {
        const targets = new Set(pairs.filter(([one]) => one === from).map(([, to]) => `s${to}`));
        return `s${from}: ${[...targets].join(", ")}`;
      });
      const nodes = graph(...lines);
      const text = tree(nodes);
      for (const name of nodes.keys()) assert.ok(text.some((line) => line.includes(`${name} `)));
      const edges = [...nodes.values()].reduce((sum, node) => sum + node.edges.length, 0);
      assert.equal(text.filter((line) => line.startsWith("  ")).length, edges);
    }),
  );
});

test("dot gets strings that it reads", () => {
  const [[, web] = []] = [...graph("web")];
  assert.ok(web);
  const odd = new Map([["1", { ...web, id: "1", name: 'a"b\n' }]]);
  assert.match(dotText(odd), /"1" \[label="\$'a\\"b\\\\n'\\nrunning"\];/);
});
