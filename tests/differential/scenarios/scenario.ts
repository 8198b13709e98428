/**
 * Scenarios that Debian's suite and ours play, and whose transcripts are the same word for word. A
 * step that follows a command awaits its effect, so no transcript depends on which process is
 * faster.
 */
import type { Description } from "../../support/service.ts";
import type { DifferenceKey } from "../../support/suite.ts";
import type { Scenario, Step } from "../stage.ts";
import { shutDown, supervise } from "../steps.ts";

/** Rows of docs/differences.md by the names of scenarios. */
export type Differs = Readonly<Record<string, DifferenceKey>>;

/** A scenario with one service, `service`. */
export function scenario(name: string, service: Description, steps: readonly Step[]): Scenario {
  return { name, services: { service }, steps };
}

/**
 * The scenario, in which ours differs as that row of docs/differences.md says; without a row, it
 * does not.
 */
export function differing(differs: DifferenceKey | undefined, scenario: Scenario): Scenario {
  return differs === undefined ? scenario : { ...scenario, differs };
}

/** The steps between a start of runsv on `service` and its end, which is recorded. */
export function steps(...between: readonly Step[]): readonly Step[] {
  return [supervise(), ...between, ...shutDown()];
}
