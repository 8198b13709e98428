/**
 * The options of chpst that have long names: what runit's does not have.
 *
 * Pure: an option and a request in, whether it could be added out.
 */
import type { Option } from "../../base/options.ts";
import { type Bounding, parseCapabilities } from "./capabilities.ts";
import { isDigits } from "./ids.ts";
import { parseLimit } from "./limits.ts";
import type { Request } from "./request.ts";

const OOM_SCORE_MAX = 1_000;
/** The classes of ioprio_set(2), by number. */
const IO_CLASSES = ["none", "realtime", "best-effort", "idle"];
const IO_CLASS_SHIFT = 13;
const IO_LEVEL_MAX = 7;
const IO_LEVEL_DEFAULT = 4;

/** Adds an option to the request. @returns whether its argument makes sense */
export function applyExtension(request: Request, { letter, argument }: Option): boolean {
  switch (letter) {
    case "env-file":
      request.environment.push({ kind: "file", path: argument, strict: false });
      return true;
    case "limit": {
      const parsed = parseLimit(argument);
      if (parsed === undefined) return false;
      const { resource, wanted } = parsed;
      const before = request.limits.get(resource);
      const { soft = before?.soft, hard = before?.hard } = wanted;
      request.limits.set(resource, { soft, hard });
      request.required.add(resource);
      return true;
    }
    case "oom-score":
      request.oomScore = parseSigned(argument, OOM_SCORE_MAX);
      return request.oomScore !== undefined;
    case "io-priority":
      request.ioPriority = parseIoPriority(argument);
      return request.ioPriority !== undefined;
    case "cap-drop":
    case "cap-keep": {
      const list = parseCapabilities(argument);
      if (list === undefined || (list === "all" && letter === "cap-keep")) return false;
      request.bounding = bound(request.bounding, letter === "cap-drop", list);
      return true;
    }
    case "no-new-privs":
      request.noNewPrivileges = true;
      return true;
    default:
      return false; // never: command.ts knows the names
  }
}

/** To keep some is to drop all others. */
function bound(
  before: Bounding | undefined,
  drops: boolean,
  list: NonNullable<ReturnType<typeof parseCapabilities>>,
): Bounding {
  const { drop, keep } = before ?? { drop: [], keep: [] };
  if (!drops) return { drop: "all", keep: [...keep, ...(list === "all" ? [] : list)] };
  return { drop: drop === "all" || list === "all" ? "all" : [...drop, ...list], keep };
}

/** A whole number from `-max` to `max`. */
function parseSigned(text: string, max: number): number | undefined {
  const digits = text.startsWith("-") || text.startsWith("+") ? text.slice(1) : text;
  if (!isDigits(digits) || Number(digits) > max) return undefined;
  return text.startsWith("-") ? -Number(digits) : Number(digits);
}

/** `realtime[:0-7]`, `best-effort[:0-7]`, `idle` or `none`, as ioprio_set(2) wants it. */
function parseIoPriority(text: string): number | undefined {
  const [name = "", level, ...rest] = text.split(":");
  const number = IO_CLASSES.indexOf(name);
  const hasLevel = name === "realtime" || name === "best-effort";
  if (number < 0 || rest.length > 0 || (level !== undefined && !hasLevel)) return undefined;
  if (level !== undefined && !(isDigits(level) && Number(level) <= IO_LEVEL_MAX)) return undefined;
  const data = level === undefined ? IO_LEVEL_DEFAULT : Number(level);
  return (number << IO_CLASS_SHIFT) | (hasLevel ? data : 0);
}
