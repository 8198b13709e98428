/**
 * The results of a run, as stored in JSON, and the verdicts on the goals. Pure: samples in,
 * verdicts out.
 */
import { type Goal, REFERENCE, type Row, type SubjectName } from "./measurement.ts";
import { median, ratio } from "./statistics.ts";

export interface BenchResults {
  readonly startedAt: string;
  readonly tookS: number;
  /** The words after `npm run bench`. */
  readonly words: readonly string[];
  readonly machine: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly MeasuredRow[];
}

export interface MeasuredRow extends Row {
  /** A sample for each round, in the row's unit. */
  readonly samples: Partial<Record<SubjectName, readonly number[]>>;
  /** Why a subject has no samples. */
  readonly absent: Partial<Record<SubjectName, string>>;
}

export interface GoalVerdict {
  readonly row: MeasuredRow;
  readonly goal: Goal;
  /** The ratio or the value that the goal is about; `undefined` if it could not be measured. */
  readonly got: number | undefined;
  readonly isMet: boolean;
  /** The subjects among s6 and daemontools that are better, if the goal asks for that. */
  readonly behind: readonly SubjectName[];
}

const PEERS: readonly SubjectName[] = ["s6", "daemontools"];

export function verdicts(rows: readonly MeasuredRow[]): GoalVerdict[] {
  return rows.flatMap((row) => row.goals.map((goal) => judge(row, goal)));
}

/** The ratio to the original; `undefined` unless both were measured. */
export function ratioOf(row: MeasuredRow, subject: SubjectName): number | undefined {
  const [own, reference] = [row.samples[subject], row.samples[REFERENCE]];
  return own === undefined || reference === undefined ? undefined : ratio(own, reference);
}

function judge(row: MeasuredRow, goal: Goal): GoalVerdict {
  const own = row.samples[goal.of];
  const got = goal.as === "ratio" ? ratioOf(row, goal.of) : own && median(own);
  const behind =
    goal.aheadOfPeers && own !== undefined
      ? PEERS.filter((peer) => isBetter(row, row.samples[peer], own))
      : [];
  const within =
    got !== undefined && (goal.bound === "at most" ? got <= goal.value : got >= goal.value);
  return { row, goal, got, isMet: within && behind.length === 0, behind };
}

function isBetter(row: Row, peer: readonly number[] | undefined, own: readonly number[]): boolean {
  if (peer === undefined) return false;
  return row.better === "lower" ? median(peer) < median(own) : median(peer) > median(own);
}
