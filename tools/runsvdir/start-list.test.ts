import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { SupervisedService } from "./scan.ts";
import { StartList } from "./start-list.ts";

function service(name: string, startedMs = 0): SupervisedService {
  return {
    id: `id of ${name}`,
    name,
    pid: 0,
    hasForeignSupervisor: false,
    startedMs,
    failures: 0,
    failingSinceMs: undefined,
    notBeforeMs: 0,
    unseenSinceMs: undefined,
  };
}

function listOf(
  names: readonly string[],
  dependencies: Readonly<Record<string, readonly string[]>> = {},
): StartList {
  const list = new StartList((name) => dependencies[name] ?? []);
  list.set(names.map((name) => service(name)));
  return list;
}

function namesTaken(list: StartList, most: number): string[] {
  return list.take(most).map(({ name }) => name);
}

function rest(list: StartList): string[] {
  const names: string[] = [];
  for (;;) {
    const next = namesTaken(list, 3);
    if (next.length === 0) return names;
    names.push(...next);
  }
}

describe("the list of services to start", () => {
  test("keeps the sequence of services that depend on no other", () => {
    const list = listOf(["b", "c", "a"]);
    assert.deepEqual(namesTaken(list, 2), ["b", "c"]);
    assert.deepEqual(namesTaken(list, 2), ["a"]);
    assert.deepEqual(namesTaken(list, 2), []);
  });

  test("has those that depend on others last, what they need first", () => {
    const list = listOf(["web", "cron", "migrate", "db"], { web: ["migrate"], migrate: ["db"] });
    assert.deepEqual(rest(list), ["cron", "db", "migrate", "web"]);
  });

  test("reads what a service depends on when its turn comes, and not before", () => {
    const seen: string[] = [];
    const list = new StartList((name) => {
      seen.push(name);
      return [];
    });
    list.set(["a", "b", "c"].map((name) => service(name)));
    list.take(1);
    assert.deepEqual(seen, ["a"]);
  });

  test("takes a service that has had a supervisor alone", () => {
    const list = new StartList(() => []);
    list.set([service("a"), service("b", 5), service("c"), service("d")]);
    assert.deepEqual(namesTaken(list, 9), ["a"]);
    assert.deepEqual(namesTaken(list, 9), ["b"]);
    assert.deepEqual(namesTaken(list, 9), ["c", "d"]);
  });

  test("has the services that were put back first", () => {
    const list = listOf(["a", "b", "c"]);
    const [, ...others] = list.take(3);
    list.putBack(others);
    assert.deepEqual(rest(list), ["b", "c"]);
  });

  test("whatever depends on what: each service once, and none before what it needs", () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const later = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 9 });
    fc.assert(
      fc.property(later, fc.shuffledSubarray(names, { minLength: 6 }), (pairs, sequence) => {
        const dependencies: Record<string, string[]> = {};
        for (const [one, other] of pairs) {
          if (one <= other) continue; // so that there is no circle
          const name = names[one] ?? "";
          dependencies[name] = [...(dependencies[name] ?? []), names[other] ?? ""];
        }
        const found = rest(listOf(sequence, dependencies));
        assert.deepEqual(found.toSorted(), names);
        for (const [name, needed] of Object.entries(dependencies)) {
          for (const other of needed) assert(found.indexOf(other) < found.indexOf(name));
        }
      }),
    );
  });
});
