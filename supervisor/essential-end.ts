/** The end of an essential service, which is not started again: it ends the whole tree. */
import { ignoringErrors } from "../base/errors.ts";
import { shellCode } from "../protocol/history.ts";
import { exists } from "./service-files.ts";
import type { ServiceOwner } from "./service-owner.ts";
import type { Role } from "./state.ts";

/** Has no effect without a file `essential`. */
export function endTreeIfEssential(owner: ServiceOwner, role: Role): void {
  const { home, context } = owner;
  const state = owner.state[role];
  if (state === undefined || ignoringErrors(() => exists(home, "essential")) !== true) return;
  owner.flushStatus(); // runsvdir reads the exit code there
  context.onEssentialEnd?.(shellCode(state.exits.last));
}
