/** Which units a unit needs, or starts after. */
import type { Note } from "../note.ts";
import type { ProcessPlan } from "../process-plan.ts";
import { serviceName } from "../service-name.ts";
import { noteOn, type Unit } from "./unit.ts";
import type { Assignment } from "./unit-parser.ts";

const SERVICE = /^(.+)\.service$/;
const NEEDED = ["Requires", "BindsTo", "Requisite"] as const;

interface Order extends Required<Pick<ProcessPlan, "needs" | "after">> {
  readonly notes: readonly Note[];
}

export function orderOf(unit: Unit): Order {
  const notes: Note[] = [];
  const namesIn = (key: string): ReadonlyMap<string, Assignment> => {
    const names = new Map<string, Assignment>();
    for (const assignment of unit.all(key)) {
      const words = unit.refusing(assignment, () => unit.expand(assignment.value).split(/\s+/));
      for (const word of words) {
        const [, name] = SERVICE.exec(word) ?? [];
        if (name !== undefined) names.set(serviceName(name, assignment), assignment);
        else notes.push(noteOn(assignment, `${word} is no service`));
      }
    }
    return names;
  };
  const later = namesIn("After");
  const needed = new Map(NEEDED.flatMap((key) => [...namesIn(key)]));
  const wanted = namesIn("Wants");
  for (const [name, assignment] of new Map([...needed, ...wanted])) {
    if (later.has(name)) continue;
    notes.push(noteOn(assignment, `nothing starts ${name} with it; see needs/ in runsv(8)`));
  }
  for (const [name, assignment] of namesIn("Before")) {
    notes.push(noteOn(assignment, `put a file after/${unit.name.name} into ${name}`));
  }
  const isNeeded = (name: string) => needed.has(name);
  const names = [...later.keys()];
  return {
    needs: new Map(names.filter(isNeeded).map((name) => [name, ""])),
    after: names.filter((name) => !isNeeded(name)),
    notes,
  };
}
