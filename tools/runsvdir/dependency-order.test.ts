import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../tests/support/fast-check.ts";
import { dependantsFirst, neededFirst } from "./dependency-order.ts";

const order = (names: string, graph: Readonly<Record<string, string>>) =>
  dependantsFirst(
    [...names],
    new Map([...names].map((name) => [name, [...(graph[name] ?? "")]])),
  ).join("");

test("a start begins with the services that depend on no other, in the order of the names", () => {
  const layers = (names: string, graph: Readonly<Record<string, string>>) =>
    neededFirst(
      [...names],
      new Map(Object.entries(graph).map(([name, needed]) => [name, [...needed]])),
    ).join("");
  assert.equal(layers("dcba", { b: "a", c: "a", d: "b" }), "acbd");
  assert.equal(layers("cab", { c: "bx", b: "a" }), "abc");
  assert.equal(layers("cabz", { a: "b", b: "a", c: "c" }).length, 4);
});

test("puts a service before those that it depends on, directly or not", () => {
  assert.equal(order("abc", { b: "a", c: "b" }), "cba");
  assert.equal(order("abcd", { d: "bc", b: "a", c: "a" }), "dcba");
});

test("names each service once, also if it is on a circle, and no service of another tree", () => {
  assert.deepEqual([...order("abc", { a: "b", b: "ca", c: "x" })].sort(), ["a", "b", "c"]);
});

test("an acyclic graph leaves no service after one that it depends on", () => {
  const edges = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 30 });
  fc.assert(
    fc.property(edges, (pairs) => {
      const names = Array.from({ length: 10 }, (_, index) => `${index}`);
      const graph = new Map(names.map((name) => [name, [] as string[]]));
      for (const [from, to] of pairs) if (from > to) graph.get(`${from}`)?.push(`${to}`);
      const sorted = dependantsFirst(names, graph);
      assert.deepEqual([...sorted].sort(), names);
      for (const [name, needed] of graph) {
        for (const other of needed) assert.ok(sorted.indexOf(name) < sorted.indexOf(other));
      }
    }),
  );
});

test("follows a chain of 100,000 services", () => {
  const names = Array.from({ length: 100_000 }, (_, index) => `${index}`);
  const graph = new Map(names.map((name, index) => [name, index === 0 ? [] : [`${index - 1}`]]));
  assert.deepEqual(dependantsFirst(names.toReversed(), graph), names.toReversed());
});
