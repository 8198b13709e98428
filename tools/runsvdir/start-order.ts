/**
 * The order in which supervisors are started: those of services that depend on no other first, so
 * that most of the others find what they need running, and do not have to wait.
 */
import type { Directory } from "../../base/directory.ts";
import { dependenciesOf } from "./dependencies-of.ts";
import { neededFirst } from "./dependency-order.ts";

/** @param home the scanned directory, which the services are in */
export function inStartOrder<T extends { readonly name: string }>(
  services: readonly T[],
  home: Directory | undefined,
): T[] {
  const byName = new Map(services.map((service) => [service.name, service]));
  const found = new Map<string, readonly string[]>();
  if (home !== undefined && services.length > 1) {
    for (const name of byName.keys()) {
      const dependencies = dependenciesOf(name, home);
      if (dependencies.length > 0) found.set(name, dependencies);
    }
  }
  if (found.size === 0) return [...services];
  return neededFirst([...byName.keys()], found).flatMap((name) => byName.get(name) ?? []);
}
