/** The health check of a service in a compose file. */
import { ImportError, type Note } from "../note.ts";
import type { ProcessPlan } from "../process-plan.ts";
import type { Fields } from "../tree/fields.ts";
import { durationMs } from "./values.ts";

interface Health extends Pick<ProcessPlan, "check" | "numbers"> {
  readonly notes: readonly Note[];
}

/** What docker takes without values. */
const PERIOD_MS = 30_000;
const TIMEOUT_MS = 30_000;
const SHELL = ["/bin/sh", "-c"] as const;

export function healthOf(service: Fields): Health {
  const fields = service.fields("healthcheck");
  if (fields === undefined) return { notes: service.note("healthcheck", "is no map") };
  const check = fields.boolean("disable") === true ? undefined : testOf(fields);
  const time = (name: string, without: number): number => {
    const text = fields.text(name);
    const ms = text === undefined ? without : durationMs(text);
    if (ms === undefined) throw new ImportError(fields.place(name), `${name}: no duration`);
    return ms;
  };
  const notes = (): readonly Note[] => [
    ...fields.notes({
      retries: "three failures in a row; see check-restart in runsv(8)",
      start_period: "a service that is not ready yet is not restarted, however long it takes",
      start_interval: "it begins with 50 ms, and doubles that",
    }),
    ...fields.rest("has no counterpart here"),
  ];
  if (check === undefined) return { notes: notes() };
  const numbers = new Map([
    ["check-period", time("interval", PERIOD_MS)],
    ["check-timeout", time("timeout", TIMEOUT_MS)],
  ]);
  return { check, numbers, notes: notes() };
}

function testOf(fields: Fields): readonly string[] | undefined {
  const [first = "", ...words] = fields.list("test") ?? [];
  if (!Array.isArray(fields.get("test"))) return first === "" ? undefined : [...SHELL, first];
  switch (first) {
    case "CMD":
      return words;
    case "CMD-SHELL":
      return [...SHELL, words.join(" ")];
    case "NONE":
      return undefined;
    default:
      throw new ImportError(fields.place("test"), "test: begins with neither CMD nor CMD-SHELL");
  }
}
