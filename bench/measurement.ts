/**
 * The vocabulary of the benchmark's files: the subjects, the rows of the table, and the results of
 * a measurement. Pure: types, and values derived from them.
 */
export type SubjectName = "ours" | "dense" | "runit" | "s6" | "daemontools" | "bare";
/** The denominator of every ratio. */
export const REFERENCE: SubjectName = "runit";

/** The requirement on one subject in one row. */
export interface Goal {
  readonly of: "ours" | "dense";
  readonly bound: "at most" | "at least";
  readonly value: number;
  /** A ratio to the original in the same run, or the figure itself, in the row's unit. */
  readonly as: "ratio" | "value";
  /** s6 and daemontools must not be better either. */
  readonly aheadOfPeers?: true;
}

/** One line of the table. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly better: "lower" | "higher";
  readonly goals: readonly Goal[];
  /** The same measure at another size: the rows of one series show how it grows. */
  readonly series?: { readonly name: string; readonly size: number };
}

/** The results of one measurement of one subject in one round, by the names of the rows. */
export type Found = ReadonlyMap<string, number>;

/** A row that this machine or this subject does not support; the message says why. */
export class Refused extends Error {
  override readonly name = "Refused";
}

const goal =
  (bound: Goal["bound"], as: Goal["as"]) =>
  (value: number, of: Goal["of"] = "ours"): Goal => ({ of, bound, value, as });

export const atMostTimes = goal("at most", "ratio");
export const atLeastTimes = goal("at least", "ratio");
export const atMost = goal("at most", "value");
export const atLeast = goal("at least", "value");
