/**
 * The options of runsvdir, as a table. help.ts has the texts of `--help`.
 *
 * Pure: a mode changed.
 * Source: runit 2.1.2, runsvdir(8); the long options are additions of runits.
 */
import type { OptionSpec } from "../../base/option-table.ts";
import { parseNumber } from "../../supervisor/limit-text.ts";

/** How runsvdir holds its supervisors. */
export interface RunsvdirOptions {
  /** Each runsv has a session of its own. */
  isolate: boolean;
  /** All supervisors are in this process. */
  isDense: boolean;
  /** The stop signals stop the whole tree in order; the limit is in milliseconds. */
  stop: { readonly limitMs: number | undefined } | undefined;
  /** An ordered stop leaves the services in the session of runsvdir. */
  keepsSession: boolean;
  /** How long the command of `-- CMD` waits for the services to be ready, in milliseconds. */
  readyMs: number;
}

/** The default of {@link RunsvdirOptions.readyMs}. */
export const READY_MS = 5_000;

export const OPTIONS = [
  {
    name: "P",
    apply: (mode) => {
      mode.isolate = true;
    },
  },
  {
    name: "dense",
    apply: (mode) => {
      mode.isDense = true;
    },
  },
  {
    name: "stop",
    argument: "ms",
    isOptional: true,
    apply: (mode, argument) => {
      const limitMs = argument === "" ? undefined : parseNumber(argument);
      if (argument !== "" && limitMs === undefined) return false;
      mode.stop = { limitMs: limitMs === 0 ? undefined : limitMs };
      return true;
    },
  },
  {
    name: "ready",
    argument: "ms",
    apply: (mode, argument) => {
      const readyMs = parseNumber(argument);
      if (readyMs === undefined) return false;
      mode.readyMs = readyMs;
      return true;
    },
  },
  {
    name: "no-sessions",
    apply: (mode) => {
      mode.keepsSession = true;
    },
  },
] as const satisfies readonly OptionSpec<RunsvdirOptions>[];
