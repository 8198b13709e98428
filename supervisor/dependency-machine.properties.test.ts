/** The properties of dependency-machine.ts: dependency-world.ts checks the order at every step. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DependencyWorld } from "../tests/support/dependency-world.ts";
import fc from "../tests/support/fast-check.ts";

const NAMES = [..."abcde"];

const name = fc.constantFrom(...NAMES);
const kind = fc.constantFrom(">", ">", ".");

/** Edges from later to earlier names: no circles. */
const acyclic = fc.uniqueArray(
  fc
    .tuple(name, kind, name)
    .filter(([from, , to]) => from > to)
    .map((edge) => edge.join("")),
  { selector: ([from, , to]) => `${from}${to}`, maxLength: 8 },
);
const anyGraph = fc.uniqueArray(
  fc.tuple(name, kind, name).map((edge) => edge.join("")),
  { selector: ([from, , to]) => `${from}${to}`, maxLength: 9 },
);

type Happening = (world: DependencyWorld) => void;

const steps = fc.nat({ max: 1_000 }).map(
  (choice): Happening =>
    (world) => {
      const { steps } = world;
      if (steps.length > 0) world.take(steps[choice % steps.length]);
    },
);
const commands = fc.tuple(name, fc.constantFrom("u", "d", "x", "k")).map(
  ([service, byte]): Happening =>
    (world) =>
      world.command(service, byte),
);
const kills = name.map(
  (service): Happening =>
    (world) =>
      world.killSupervisor(service),
);
const crashes = name.map(
  (service): Happening =>
    (world) =>
      world.crash(service),
);

const happenings = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: steps },
    { weight: 2, arbitrary: commands },
    { weight: 1, arbitrary: kills },
    { weight: 1, arbitrary: crashes },
  ),
  { maxLength: 150, size: "max" },
);

const late = fc.subarray(NAMES);
const seeds = fc.array(fc.nat({ max: 1_000 }), { minLength: 10, maxLength: 10 });

function chooser(choices: readonly number[]): (count: number) => number {
  let at = 0;
  return (count) => {
    at += 1;
    return ((choices[at % choices.length] ?? 0) + at) % count;
  };
}

function play(graph: string[], late: string[], history: readonly Happening[]): DependencyWorld {
  const world = new DependencyWorld(NAMES, graph, late);
  try {
    for (const next of history) next(world);
  } catch (error) {
    throw new Error(`${error}\n${graph.join(" ")}\n${world.tell()}`);
  }
  return world;
}

function settle(world: DependencyWorld, graph: string[], choices: readonly number[]): void {
  try {
    world.settle(chooser(choices));
  } catch (error) {
    throw new Error(`${error}\n${graph.join(" ")}\n${world.tell()}`);
  }
}

test("without circles, every service is ready once all are wanted up, after any history", () => {
  fc.assert(
    fc.property(acyclic, late, happenings, seeds, (graph, late, history, choices) => {
      const world = play(graph, late, history);
      settle(world, graph, choices);
      world.revive();
      settle(world, graph, choices);
      for (const each of NAMES) world.command(each, "u");
      settle(world, graph, choices);
      for (const { name, process } of world.services.values()) {
        assert.equal(process, "ready", `${name} in ${graph.join(" ")}\n${world.tell()}`);
      }
    }),
    { numRuns: 3_000, includeErrorInReport: true },
  );
});

test("in any graph, every service ends once all are to exit, after any history", () => {
  fc.assert(
    fc.property(anyGraph, late, happenings, seeds, (graph, late, history, choices) => {
      const world = play(graph, late, history);
      // The supervisors that were killed are there again first.
      settle(world, graph, choices);
      for (const each of [...NAMES].reverse()) world.command(each, "x");
      settle(world, graph, choices);
      for (const { name, process, supervisor } of world.services.values()) {
        const end = [process, supervisor];
        assert.deepEqual(end, ["none", "exited"], `${name} in ${graph.join(" ")}\n${world.tell()}`);
      }
    }),
    { numRuns: 3_000, includeErrorInReport: true },
  );
});

test("without circles, a tree stops dependants first, also those of after, and if supervisors die", () => {
  const events = fc.array(
    fc.oneof({ weight: 12, arbitrary: steps }, { weight: 1, arbitrary: kills }),
    {
      maxLength: 120,
      size: "max",
    },
  );
  fc.assert(
    fc.property(acyclic, events, seeds, (graph, history, choices) => {
      const world = new DependencyWorld(NAMES, graph);
      settle(world, graph, choices);
      world.isOrdered = true;
      for (const each of [...NAMES].reverse()) world.command(each, "x");
      try {
        for (const next of history) next(world);
      } catch (error) {
        throw new Error(`${error}\n${graph.join(" ")}\n${world.tell()}`);
      }
      settle(world, graph, choices);
      for (const { name, process } of world.services.values()) assert.equal(process, "none", name);
    }),
    { numRuns: 3_000, includeErrorInReport: true },
  );
});
