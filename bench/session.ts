/** A measurement: its rows of the table, and how it measures one subject, round by round. */
import type { Driver } from "./driver.ts";
import type { Found, Row, SubjectName } from "./measurement.ts";
import type { Subject } from "./subjects.ts";

export interface Bench {
  readonly driver: Driver;
  /** Fewer rounds and smaller loads, so that everything takes a few minutes. */
  readonly isQuick: boolean;
}

/** One subject under measurement, from before the first round until after the last. */
export interface Session {
  measure(round: number): Promise<Found> | Found;
  close(): Promise<void>;
}

export interface Measurement {
  readonly rows: readonly Row[];
  readonly subjects: readonly SubjectName[];
  readonly rounds: { readonly quick: number; readonly full: number };
  /** Whether a first round is made that does not count. */
  readonly warmsUp: boolean;
  /** @throws {Refused} if the subject or the machine does not support it */
  open(bench: Bench, subject: Subject): Promise<Session> | Session;
}

/** The subjects that start services through a scanner. */
export const SUPERVISING: readonly SubjectName[] = ["ours", "dense", "runit", "s6", "daemontools"];

/** For measurements that keep nothing between rounds. */
export function stateless(measure: Session["measure"]): Session {
  return { measure, close: async () => {} };
}
