/** Which services are shown, and in which order. */
import type { Sample, Service } from "./service.ts";
import { toneOf } from "./text.ts";

export type Order = "name" | "state" | "restarts" | "cpu" | "memory";

/** What needs attention comes first. */
export const SEVERITY = ["bad", "warning", "change", "good", "faint"];

interface Use {
  readonly cpu: Sample | undefined;
  readonly memory: Sample | undefined;
}

type Compare = (one: Service, other: Service) => number;

/** @param useOf the last samples of a service */
export function comparisons(useOf: (name: string) => Use): Readonly<Record<Order, Compare>> {
  const byUse =
    (kind: keyof Use): Compare =>
    (one, other) =>
      (useOf(other.name)[kind] ?? -1) - (useOf(one.name)[kind] ?? -1) || byName(one, other);
  return {
    name: byName,
    state: (one, other) =>
      SEVERITY.indexOf(toneOf(one.summary)) - SEVERITY.indexOf(toneOf(other.summary)) ||
      one.summary.localeCompare(other.summary) ||
      byName(one, other),
    restarts: (one, other) => (other.restarts ?? -1) - (one.restarts ?? -1) || byName(one, other),
    cpu: byUse("cpu"),
    memory: byUse("memory"),
  };
}

function byName(one: Service, other: Service): number {
  return one.name < other.name ? -1 : one.name > other.name ? 1 : 0;
}

/** Whether a name contains what somebody typed, in either case. */
export function matches(name: string, filter: string): boolean {
  return name.toLowerCase().includes(filter.toLowerCase());
}
