/** Limits, priorities and privileges of a unit, as options of chpst. */
import type { Note } from "../note.ts";
import type { Unit } from "./unit.ts";
import { booleanOf, wholeNumberOf } from "./values.ts";

interface Limits {
  readonly options: readonly string[];
  readonly notes: readonly Note[];
}

const RESOURCES = "AS CORE CPU DATA FSIZE MEMLOCK NOFILE NPROC RSS STACK".split(" ");
const VALUE = /^(infinity|\d+[kmgt]?)(:(infinity|\d+[kmgt]?))?$/i;

export function limitsOf(unit: Unit): Limits {
  const options: string[] = [];
  const notes: Note[] = [];
  for (const name of RESOURCES) {
    const text = unit.text(`Limit${name}`);
    if (text === undefined) continue;
    if (VALUE.test(text)) {
      const value = text.toLowerCase().replaceAll("infinity", "unlimited");
      options.push("--limit", `${name.toLowerCase()}=${value}`);
    } else notes.push(...unit.note(`Limit${name}`, `chpst takes no ${text}`));
  }
  const nice = unit.value("Nice", wholeNumberOf);
  if (nice !== undefined) options.push("-n", `${nice}`);
  const score = unit.value("OOMScoreAdjust", wholeNumberOf);
  if (score !== undefined) options.push("--oom-score", `${score}`);
  const ioClass = unit.text("IOSchedulingClass");
  const ioPriority = unit.text("IOSchedulingPriority");
  if (ioClass !== undefined || ioPriority !== undefined) {
    const level = ioPriority === undefined || ioClass === "idle" ? "" : `:${ioPriority}`;
    options.push("--io-priority", `${ioClass ?? "best-effort"}${level}`);
  }
  if (unit.value("NoNewPrivileges", booleanOf) === true) options.push("--no-new-privs");
  options.push(...capabilities(unit));
  return { options, notes };
}

function capabilities(unit: Unit): readonly string[] {
  const text = unit
    .all("CapabilityBoundingSet")
    .map(({ value }) => value)
    .join(" ");
  if (text === "") return [];
  const isDropped = text.startsWith("~");
  const names = text.split(/[\s~]+/).filter((name) => name !== "");
  const list = names.map((name) => name.toLowerCase().replace(/^cap_/, "")).join(",");
  return [isDropped ? "--cap-drop" : "--cap-keep", list];
}
