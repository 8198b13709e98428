/**
 * The command lines of all new words, for the page of `sv --help` and for completion.
 *
 * Pure: tables.
 */
import { SPEC as GRANT } from "./grant-options.ts";
import { SPEC as GRAPH } from "./graph-options.ts";
import { SPEC as LINK } from "./link-options.ts";
import { SPEC as LIST } from "./list-options.ts";
import { SPEC as LOGS } from "./logs-options.ts";
import { SPEC as METRICS } from "./metrics-options.ts";
import { SPEC as REMOVE } from "./remove-options.ts";
import { SPEC as VERIFY } from "./verify-options.ts";
import { SPEC as WAIT } from "./wait-options.ts";
import { SPEC as WATCH } from "./watch-options.ts";
import { SPEC as WHY } from "./why-options.ts";
import type { WordSpec } from "./word-spec.ts";

/** A word without the type of its request. */
export type AnySpec = Omit<WordSpec<never>, "options"> & {
  readonly options: readonly Pick<
    WordSpec<never>["options"][number],
    "name" | "argument" | "help" | "isOptional" | "values" | "isList"
  >[];
};

/** In the order of their names. */
export const SPECS: readonly AnySpec[] = [
  GRANT,
  GRAPH,
  LINK,
  LIST,
  LOGS,
  METRICS,
  REMOVE,
  VERIFY,
  WAIT,
  WATCH,
  WHY,
];
