/**
 * pair-machine.ts as the executables in dist/faulty have it: it checks the invariants after every
 * step. A violation is an exception: the supervisor reports it as uncaught, and the verdict on a
 * fault counts that as a complaint.
 */
import { pairInvariants } from "../../../supervisor/invariants.ts";
import {
  type PairState,
  type PairTransition,
  stepPair as uncheckedStepPair,
} from "../../../supervisor/pair-machine.ts";
import type { Role, ServiceEvent } from "../../../supervisor/state.ts";

export function stepPair(now: PairState, role: Role, event: ServiceEvent): PairTransition {
  const transition = uncheckedStepPair(now, role, event);
  const [violation] = pairInvariants(transition[0]);
  if (violation !== undefined) throw new Error(`${role} ${event.on}: ${violation}`);
  return transition;
}
