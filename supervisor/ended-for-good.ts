/** What follows when a service is not started again. */
import { ignoringErrors } from "../base/errors.ts";
import { shellCode } from "../protocol/history.ts";
import { ROLE_PATHS } from "./role-paths.ts";
import { exists } from "./service-files.ts";
import type { ServiceOwner } from "./service-owner.ts";
import type { Role } from "./state.ts";

/** Reports that a service has failed. */
export function reportGivenUp(owner: ServiceOwner, role: Role, crashes: number): void {
  const { name } = ROLE_PATHS[role];
  owner.report.warn(`${name} died too often, ${crashes} times, not started again.`);
}

/** Ends the whole tree, if there is a file `essential`. */
export function endTreeIfEssential(owner: ServiceOwner, role: Role): void {
  const { home, context } = owner;
  const state = owner.state[role];
  if (state === undefined || ignoringErrors(() => exists(home, "essential")) !== true) return;
  owner.flushStatus(); // runsvdir reads the exit code there
  context.onEssentialEnd?.(shellCode(state.exits.last));
}
