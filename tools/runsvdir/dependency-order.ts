/**
 * Orders the services of a tree by their dependencies. A start begins with the services that depend
 * on no other, so that most supervisors find the services that they need running. An ordered stop
 * commands dependants to exit before the services that they depend on, so that these find their
 * dependants already stopping. The supervisors themselves keep the order of starts and stops
 * (supervisor/dependency-machine.ts).
 *
 * Pure: names in, names out.
 */

/** The services that each service needs or comes after; may have circles. */
type DependencyGraph = ReadonlyMap<string, readonly string[]>;

/** Services without dependencies first, then those that depend on them alone, and so on. */
export function neededFirst(names: readonly string[], dependencies: DependencyGraph): string[] {
  const layers = new Map<string, number>();
  const layerOf = (name: string) => layers.get(name) ?? 0;
  for (const name of dependantsFirst(dependencies.keys(), dependencies).reverse()) {
    const needed = dependencies.get(name) ?? [];
    layers.set(name, 1 + needed.reduce((most, other) => Math.max(most, layerOf(other)), -1));
  }
  return [...names].sort((one, other) => layerOf(one) - layerOf(other));
}

export function dependantsFirst(names: Iterable<string>, dependencies: DependencyGraph): string[] {
  const seen = new Set<string>();
  const neededFirst: string[] = [];
  for (const name of names) {
    // A stack of its own: a chain may be longer than the engine's stack is deep.
    const path = [{ name, left: beginAt(name) }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.left.shift();
      if (next === undefined) {
        path.pop();
        if (top.left !== SEEN) neededFirst.push(top.name);
      } else if (dependencies.has(next)) {
        path.push({ name: next, left: beginAt(next) });
      }
    }
  }
  return neededFirst.reverse();

  function beginAt(name: string): string[] {
    if (seen.has(name)) return SEEN;
    seen.add(name);
    return [...(dependencies.get(name) ?? [])];
  }
}

const SEEN: string[] = [];
