/**
 * The words the benchmark's files share: who is measured, what a row of the table is, and what a measurement
 * hands back. Pure: types, and what follows from them.
 */
export type SubjectName = "ours" | "dense" | "runit" | "s6" | "daemontools" | "bare";
/** What every ratio is a ratio to. */
export const REFERENCE: SubjectName = "runit";

/** What is asked of one subject in one row. */
export interface Goal {
  readonly of: "ours" | "dense";
  readonly bound: "at most" | "at least";
  readonly value: number;
  /** A ratio to the original in the same run, or the figure itself, in the row's unit. */
  readonly as: "ratio" | "value";
  /** Nor may s6 or daemontools be better. */
  readonly aheadOfPeers?: true;
}

/** One line of the table. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly better: "lower" | "higher";
  readonly goals: readonly Goal[];
  /** The same thing at another size: rows of one series show how it grows, at this size. */
  readonly series?: { readonly name: string; readonly size: number };
}

/** What one measurement of one subject in one round found, by the rows' names. */
export type Found = ReadonlyMap<string, number>;

/** A row that this machine or this subject refuses; the message says why. */
export class Refused extends Error {
  override readonly name = "Refused";
}

const goal =
  (bound: Goal["bound"], as: Goal["as"]) =>
  (value: number, of: Goal["of"] = "ours"): Goal => ({ of, bound, value, as });

export const atMostTimes = goal("at most", "ratio");
export const atLeastTimes = goal("at least", "ratio");
export const atMost = goal("at most", "value");
