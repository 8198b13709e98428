/**
 * The part runsv/exec-failure, which supervisor/supervisor.ts loads if a program cannot be
 * executed.
 */
export { execFailure } from "../../base/exec-failure.ts";
