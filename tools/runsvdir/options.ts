/**
 * The options of runsvdir, as a table. help.ts has the texts of `--help`.
 *
 * Pure: a mode changed.
 * Source: runit 2.1.2, runsvdir(8); `--dense` is an addition of runits.
 */
import type { OptionSpec } from "../../base/option-table.ts";

/** How runsvdir holds its supervisors. */
export interface RunsvdirOptions {
  /** Each runsv has a session of its own. */
  isolate: boolean;
  /** All supervisors are in this process. */
  isDense: boolean;
}

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
] as const satisfies readonly OptionSpec<RunsvdirOptions>[];
