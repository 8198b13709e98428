/**
 * The order in which an ordered stop commands supervisors to exit: dependants before the services
 * that they depend on, so that these find their dependants already stopping. The supervisors
 * themselves keep the order of the stops (supervisor/dependency-machine.ts).
 *
 * Pure: names in, names out.
 */

/** @param dependencies the services that each service needs or comes after; may have circles */
export function dependantsFirst(
  names: Iterable<string>,
  dependencies: ReadonlyMap<string, readonly string[]>,
): string[] {
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
