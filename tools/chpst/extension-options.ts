/**
 * The options of chpst that runit's does not have, as a table: long names. A step that only such an
 * option asks for is declared here too, with its place in the plan; extension-steps.ts runs it.
 *
 * Pure: an argument in, a request changed.
 */

import { isDigits } from "../../base/digits.ts";
import type { OptionSpec } from "../../base/option-table.ts";
import type { DescribedOption } from "../../base/usage.ts";
import { type Bounding, parseCapabilities } from "./capabilities.ts";
import type { EnvironmentSource } from "./env.ts";
import { type LimitRequest, parseLimit, type Resource } from "./limits.ts";

export type ExtensionStep =
  | { readonly do: "set oom score"; readonly score: number }
  | { readonly do: "set io priority"; readonly priority: number }
  | { readonly do: "drop capabilities"; readonly bounding: Bounding }
  | { readonly do: "forbid new privileges" };

/**
 * The step of plan.ts that each goes before, so that it still works there: `root` is the last
 * moment that has /proc, `change user` the last one with the privileges of the caller.
 */
export const RUN_BEFORE: Readonly<
  Record<ExtensionStep["do"], "root" | "hard limits" | "change user" | "lock">
> = {
  "set oom score": "root",
  "set io priority": "hard limits",
  "drop capabilities": "change user",
  "forbid new privileges": "lock",
};

/** What the options below ask for. */
export interface ExtensionRequest {
  environment: EnvironmentSource[];
  readonly limits: Map<Resource, LimitRequest>;
  /** Resources that the system must have: requested in a way that the original does not have. */
  readonly required: Set<Resource>;
  /** At most one of a kind. */
  readonly extensionSteps: {
    [Kind in ExtensionStep["do"]]?: Extract<ExtensionStep, { do: Kind }>;
  };
}

const OOM_SCORE_MAX = 1_000;
/** The classes of ioprio_set(2), by number. */
const IO_CLASSES = ["none", "realtime", "best-effort", "idle"];
const IO_CLASS_SHIFT = 13;
const IO_LEVEL_MAX = 7;
const IO_LEVEL_DEFAULT = 4;

export const EXTENSION_OPTIONS: readonly (OptionSpec<ExtensionRequest> & DescribedOption)[] = [
  {
    name: "env-file",
    argument: "file",
    help: "set variables as the dotenv file says",
    apply: ({ environment }, path) => {
      environment.push({ kind: "file", path, strict: false });
    },
  },
  {
    name: "limit",
    argument: "resource=soft:hard",
    help: "set the soft and the hard limit",
    apply: (request, text) => {
      const parsed = parseLimit(text);
      if (parsed === undefined) return false;
      const { resource, wanted } = parsed;
      const before = request.limits.get(resource);
      const { soft = before?.soft, hard = before?.hard } = wanted;
      request.limits.set(resource, { soft, hard });
      request.required.add(resource);
      return true;
    },
  },
  {
    name: "oom-score",
    argument: "n",
    help: "when memory runs out: -1000 never, 1000 first",
    apply: ({ extensionSteps }, text) => {
      const score = parseSigned(text, OOM_SCORE_MAX);
      if (score === undefined) return false;
      extensionSteps["set oom score"] = { do: "set oom score", score };
      return true;
    },
  },
  {
    name: "io-priority",
    argument: "class[:n]",
    help: "realtime or best-effort with :0 to :7, idle, none",
    apply: ({ extensionSteps }, text) => {
      const priority = parseIoPriority(text);
      if (priority === undefined) return false;
      extensionSteps["set io priority"] = { do: "set io priority", priority };
      return true;
    },
  },
  {
    name: "cap-drop",
    argument: "list",
    help: "drop these capabilities, or all",
    apply: (request, text) => {
      const list = parseCapabilities(text);
      if (list === undefined) return false;
      const { drop, keep } = boundingOf(request);
      bound(request, { drop: drop === "all" || list === "all" ? "all" : [...drop, ...list], keep });
      return true;
    },
  },
  {
    name: "cap-keep",
    argument: "list",
    help: "drop all capabilities but these",
    apply: (request, text) => {
      const list = parseCapabilities(text);
      if (list === undefined || list === "all") return false;
      bound(request, { drop: "all", keep: [...boundingOf(request).keep, ...list] });
      return true;
    },
  },
  {
    name: "no-new-privs",
    help: "let no exec ever give privileges",
    apply: ({ extensionSteps }) => {
      extensionSteps["forbid new privileges"] = { do: "forbid new privileges" };
    },
  },
];

function boundingOf({ extensionSteps }: ExtensionRequest): Bounding {
  return extensionSteps["drop capabilities"]?.bounding ?? { drop: [], keep: [] };
}

function bound({ extensionSteps }: ExtensionRequest, bounding: Bounding): void {
  extensionSteps["drop capabilities"] = { do: "drop capabilities", bounding };
}

/** A whole number from `-max` to `max`. */
function parseSigned(text: string, max: number): number | undefined {
  const digits = text.startsWith("-") || text.startsWith("+") ? text.slice(1) : text;
  if (!isDigits(digits) || Number(digits) > max) return undefined;
  return text.startsWith("-") ? -Number(digits) : Number(digits);
}

/** `realtime[:0-7]`, `best-effort[:0-7]`, `idle` or `none`, as ioprio_set(2) takes it. */
function parseIoPriority(text: string): number | undefined {
  const [name = "", level, ...rest] = text.split(":");
  const number = IO_CLASSES.indexOf(name);
  const hasLevel = name === "realtime" || name === "best-effort";
  if (number < 0 || rest.length > 0 || (level !== undefined && !hasLevel)) return undefined;
  if (level !== undefined && !(isDigits(level) && Number(level) <= IO_LEVEL_MAX)) return undefined;
  const data = level === undefined ? IO_LEVEL_DEFAULT : Number(level);
  return (number << IO_CLASS_SHIFT) | (hasLevel ? data : 0);
}
