/**
 * The services that a scan has found to start. Those that depend on no other come first, so that
 * most of the others find what they need running, and do not have to wait.
 *
 * The dependencies of a service are read when its turn comes: of thousands, the first ones start
 * meanwhile.
 *
 * Pure: names in, names out; a callback reads the dependencies.
 */
import { neededFirst } from "./dependency-order.ts";
import type { SupervisedService } from "./scan.ts";

export class StartList {
  readonly #dependenciesOf: (name: string) => readonly string[];
  /** The next one last. */
  #services: SupervisedService[] = [];
  /** The services among them that depend on others, once they have been found, by their names. */
  #dependants = new Map<string, SupervisedService>();
  #dependencies = new Map<string, readonly string[]>();
  /** Only dependants are left, in the order in which they are to be started. */
  #areSorted = false;

  /** @param dependenciesOf the names of the services that a service needs or comes after */
  constructor(dependenciesOf: (name: string) => readonly string[]) {
    this.#dependenciesOf = dependenciesOf;
  }

  /** Replaces the list. */
  set(services: readonly SupervisedService[]): void {
    this.clear();
    this.#services = services.toReversed();
    this.#areSorted = services.length === 1;
  }

  clear(): void {
    this.#services = [];
    this.#dependants.clear();
    this.#dependencies.clear();
  }

  /**
   * Takes the next services off the list.
   *
   * @param most at least 1
   * @returns several services that have had no supervisor, or one that has; none at the end
   */
  take(most: number): SupervisedService[] {
    const taken: SupervisedService[] = [];
    while (taken.length < most) {
      const service = this.#next();
      if (service === undefined || (needsReplacement(service) && taken.length > 0)) break;
      this.#services.pop();
      taken.push(service);
      if (needsReplacement(service)) break;
    }
    return taken;
  }

  /** Puts services back that {@link take} has returned. */
  putBack(services: readonly SupervisedService[]): void {
    this.#services.push(...services.toReversed());
  }

  /** The last of the services, which depends on no other one unless all that are left do. */
  #next(): SupervisedService | undefined {
    for (;;) {
      const service = this.#services.at(-1);
      if (service === undefined) {
        if (this.#dependants.size === 0) return undefined;
        this.#sortDependants();
        continue;
      }
      const dependencies = this.#areSorted ? [] : this.#dependenciesOf(service.name);
      if (dependencies.length === 0) return service;
      this.#services.pop();
      this.#dependants.set(service.name, service);
      this.#dependencies.set(service.name, dependencies);
    }
  }

  #sortDependants(): void {
    const names = neededFirst([...this.#dependants.keys()], this.#dependencies);
    this.#services = names.flatMap((name) => this.#dependants.get(name) ?? []).reverse();
    this.#dependants.clear();
    this.#dependencies.clear();
    this.#areSorted = true;
  }
}

/** Whether an earlier supervisor of the service has exited. */
export function needsReplacement({ startedMs }: SupervisedService): boolean {
  return startedMs > 0;
}
