/**
 * What the import of a file has found.
 *
 * Pure: types only.
 */
import type { Note } from "./note.ts";
import type { ProcessPlan } from "./process-plan.ts";

export interface Imported {
  readonly plans: readonly ProcessPlan[];
  /** What concerns no process. */
  readonly notes: readonly Note[];
  /** Parts of the file that could not be imported. */
  readonly failures: readonly Note[];
}
