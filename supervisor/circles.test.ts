import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../tests/support/fast-check.ts";
import { circlesOf, type Edge, type Graph } from "./circles.ts";

/** `a>b`: a needs b; `a.b`: a is after b. */
function graphOf(text: string): Graph {
  const graph = new Map<string, Edge[]>();
  for (const [from = "", kind, to = ""] of text.split(" ")) {
    graph.set(from, [
      ...(graph.get(from) ?? []),
      { kind: kind === ">" ? "needs" : "after", name: to, to },
    ]);
  }
  return graph;
}

function found(own: string, text: string) {
  const { voidAfter, voidHolders, names } = circlesOf(own, graphOf(text));
  return [[...voidAfter].join(""), [...voidHolders].join(""), names?.join("")];
}

test("a service on no circle has none", () => {
  assert.deepEqual(found("c", "c>b b>a c.a"), ["", "", undefined]);
  assert.deepEqual(found("d", "d>a a>b b>a"), ["", "", undefined]);
});

test("a service that needs itself is on a circle", () => {
  assert.deepEqual(found("a", "a>a"), ["", "a", "a"]);
  assert.deepEqual(found("a", "a.a"), ["a", "a", "a"]);
});

test("on a circle of needs, no service waits for its holders on it", () => {
  assert.deepEqual(found("a", "a>b b>c c>a d>a"), ["", "c", "bca"]);
});

test("on a circle of both kinds, only after is void", () => {
  assert.deepEqual(found("c", "c>a a.b b>c"), ["", "", "abc"]);
  assert.deepEqual(found("a", "c>a a.b b>c"), ["b", "", "bca"]);
  assert.deepEqual(found("b", "c>a a.b b>c"), ["", "a", "cab"]);
});

const names = [..."abcdef"];
const edges = fc.uniqueArray(
  fc.tuple(fc.constantFrom(...names), fc.constantFrom(">", "."), fc.constantFrom(...names)),
  { selector: ([from, , to]) => from + to, minLength: 1, maxLength: 14 },
);

test("in any graph, what is not void has no circle but of needs, and these hold up no stop", () => {
  fc.assert(
    fc.property(edges, (list) => {
      const graph = graphOf(list.map((edge) => edge.join("")).join(" "));
      const circles = new Map(names.map((name) => [name, circlesOf(name, graph)]));
      const waits = (kind: "start" | "stop") =>
        new Map(
          names.map((name) => {
            const own = (graph.get(name) ?? []).filter(
              (edge) => edge.kind === "needs" || !circles.get(name)?.voidAfter.has(edge.to),
            );
            return [
              name,
              own.filter((e) => kind === "start" || !circles.get(e.to)?.voidHolders.has(name)),
            ];
          }),
        );
      for (const name of names) {
        const start = circlesOf(name, waits("start"));
        assert.equal(start.voidAfter.size, 0, `after on a circle of ${name}`);
        assert.equal(circlesOf(name, waits("stop")).names, undefined, `stop of ${name}`);
      }
    }),
    { numRuns: 2_000 },
  );
});
