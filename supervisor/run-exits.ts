/**
 * What a supervisor remembers of the exits of ./run.
 *
 * Pure: values only.
 */
import { withMemoryKills, withRun } from "../protocol/past-runs.ts";
import type { ExitedEvent, RunExits, Service } from "./state.ts";

/** The service with the exit of its ./run. */
export function withExit(now: Service, { end, problem, at }: ExitedEvent): Service {
  const { count, runs } = now.exits;
  const ranMs = at.monotonicMs - now.startedMs;
  const exits: RunExits = {
    count: count + 1,
    last: end,
    lastAt: at.unix,
    problem,
    runs: withRun(runs, { ...end, endedS: at.unix.seconds, ranMs }),
    // Commands that nobody has read yet have asked the process for nothing.
    isUnasked: !now.exitRequested,
    isFinal: false,
  };
  return { ...now, exits };
}

/** The service with a count of kills for the last end of its ./run. */
export function withKillsCounted(now: Service, kills: number): Service {
  const { exits } = now;
  return { ...now, exits: { ...exits, runs: withMemoryKills(exits.runs, kills) } };
}

/** The exits, after a start of ./run that has succeeded. */
export function withoutProblem(exits: RunExits): RunExits {
  if (exits.problem === undefined && !exits.isFinal) return exits;
  return { ...exits, problem: undefined, isFinal: false };
}
