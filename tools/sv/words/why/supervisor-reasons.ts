/**
 * What may be wrong with the supervisor of a service, whatever the service is up to.
 *
 * Pure: facts in, answers out.
 */
import type { Answer, SupervisedFacts } from "./facts.ts";

/** Its supervisor got STOP: commands wait, and nothing starts the service again. */
export function supervisorStopped({ supervisor }: SupervisedFacts): Answer | undefined {
  if (supervisor?.isStopped !== true) return undefined;
  const { pid } = supervisor;
  const text = `its supervisor (pid ${pid}) is stopped by a signal, and does nothing`;
  return { reason: "supervisor-stopped", text, command: `kill -CONT ${pid}` };
}
